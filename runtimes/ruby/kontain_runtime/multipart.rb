# frozen_string_literal: true

require 'tempfile'
require 'kontain_runtime/request_head'

module KontainRuntime
  # multipart/form-data (RFC 7578), from a body that is already in memory. An upload is a Hash, as Rack gives it.
  class Multipart
    PARAMETER = /;\s*([\w!#$%&*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]+))/n

    # Fields by name: a String, or { filename:, type:, name:, tempfile:, head: }; the last one of a name.
    def self.parse(content_type, body) = new(content_type, body).parse

    def initialize(content_type, body)
      boundary = parameters(content_type)['boundary'] or raise BadRequest, 'multipart/form-data without a boundary'
      # The line break before a boundary belongs to it, so the first one gets one too.
      @sections = "\r\n".b.concat(body).split("\r\n--#{boundary}".b, -1)
      raise BadRequest, 'The multipart body has no closing boundary' if @sections.size < 2 || !@sections.last.start_with?('--')
    end

    def parse = @sections[1...-1].filter_map { |section| part(section) }.to_h

    private

    # Name and value; nil where no file was chosen.
    def part(section)
      head, separator, content = section.sub(/\A[ \t]+/n, '').partition("\r\n\r\n")
      raise BadRequest, 'A part of the multipart body has no header' if separator.empty?

      headers = headers_of(head)
      given = parameters(headers.fetch('content-disposition', ''))
      name = given['name'] or raise BadRequest, 'A part of the multipart body has no name'
      return [name, Request.text_of(content)] unless given.key?('filename')

      # Callers write paths here: only the last part is a file name.
      filename = given['filename'].split(%r{[\\/]}).last
      [name, upload(name, filename, headers, head, content)] if filename
    end

    def headers_of(head)
      head.split("\r\n").drop(1).to_h { |line| line.partition(':').values_at(0, 2).map(&:strip) }.transform_keys(&:downcase)
    end

    def upload(name, filename, headers, head, content)
      tempfile = Tempfile.new('upload', binmode: true)
      tempfile.write(content)
      tempfile.rewind
      { filename:, type: headers['content-type'], name:, tempfile:, head: Request.text_of("#{head.delete_prefix("\r\n")}\r\n") }
    end

    def parameters(value)
      value.b.scan(PARAMETER).to_h do |name, quoted, token|
        [name.downcase, Request.text_of(quoted ? quoted.gsub(/\\(.)/mn, '\1') : token)]
      end
    end
  end
end
