# frozen_string_literal: true

require 'json'
require 'stringio'
require 'uri'
require 'kontain_runtime/request_head'

module KontainRuntime
  # `event[:extensions][:request]`: what Kubeless' functions ask a Rack request for, worked out on demand.
  class Request
    # The body, a String: UTF-8 if it is valid UTF-8, else binary.
    attr_reader :text
    # Name (lower case) and value pairs behind the body.
    attr_reader :trailers

    def self.text_of(bytes)
      text = bytes.dup.force_encoding(Encoding::UTF_8)
      text.valid_encoding? ? text : text.force_encoding(Encoding::BINARY)
    end

    def initialize(head, body, trailers)
      @head = head
      @bytes = body
      @text = Request.text_of(body)
      @trailers = trailers
    end

    def request_method = Request.text_of(@head.method)
    # Path and query as they came.
    def fullpath = Request.text_of(@head.target)
    def path = fullpath.partition('?').first
    alias path_info path
    def query_string = fullpath.partition('?').last

    # In any case; nil where there is none.
    def get_header(name)
      value = @head[name.downcase]
      value && Request.text_of(value)
    end

    # By lower-case name, repeated ones joined.
    def headers = @headers ||= @head.fields.to_h { |name, _| [name, get_header(name)] }

    def content_type = get_header('content-type')
    def media_type = content_type&.partition(';')&.first&.strip&.downcase
    def content_length = @bytes.bytesize
    def user_agent = get_header('user-agent')
    def ip = get_header('x-forwarded-for')&.partition(',')&.first
    def scheme = get_header('x-forwarded-proto') || 'http'
    def host = get_header('x-forwarded-host') || get_header('host') || 'localhost'
    def url = "#{scheme}://#{host}#{fullpath}"

    # A new reader from the first byte, each time.
    def body = StringIO.new(@bytes)

    # Parameters of the query, by name; the last one of a name.
    def GET = @query ||= decode(query_string)

    # Fields and uploads of a form in the body.
    def POST = @form ||= parse_form

    def params = self.GET.merge(self.POST)

    def cookies
      (get_header('cookie') || '').split(/;\s*/).filter_map do |pair|
        name, equals, value = pair.partition('=')
        [name, URI.decode_www_form_component(value.delete_prefix('"').delete_suffix('"'))] unless equals.empty?
      rescue ArgumentError
        [name, value]
      end.to_h
    end

    # For `Rack::Request.new`, should the function bring Rack along.
    def env
      fields = headers.to_h { |name, value| ["HTTP_#{name.upcase.tr('-', '_')}", value] }
      fields.merge(
        'REQUEST_METHOD' => request_method, 'SCRIPT_NAME' => '', 'PATH_INFO' => path, 'QUERY_STRING' => query_string,
        'SERVER_NAME' => host.sub(/:\d+\z/, ''), 'SERVER_PORT' => host[/:(\d+)\z/, 1] || '80', 'SERVER_PROTOCOL' => 'HTTP/1.1',
        'CONTENT_TYPE' => content_type, 'CONTENT_LENGTH' => content_length.to_s,
        'rack.input' => body, 'rack.errors' => $stderr, 'rack.url_scheme' => scheme
      ).compact
    end

    private

    def parse_form
      case media_type
      when 'application/x-www-form-urlencoded' then decode(@text)
      when 'multipart/form-data'
        # Loaded for what needs it.
        require 'kontain_runtime/multipart'
        Multipart.parse(content_type, @bytes)
      else {}
      end
    end

    def decode(text)
      URI.decode_www_form(text).to_h
    rescue ArgumentError
      raise BadRequest, 'The parameters of the request are not URL-encoded'
    end
  end
end
