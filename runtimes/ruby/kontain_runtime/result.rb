# frozen_string_literal: true

require 'json'
require 'kontain_runtime/response'

module KontainRuntime
  # From what a handler returns to the response: Sinatra's rules where Kubeless had them, plus JSON.
  class Result
    TEXT = 'text/html; charset=UTF-8'
    JSON_TYPE = 'application/json'

    # Ours, or that of a Rack which the function brought along.
    def self.response?(value)
      %i[status headers body].all? { value.respond_to?(_1) }
    end

    # [status, headers, body] or [status, body].
    def self.status_array?(value)
      value.is_a?(Array) && value[0].is_a?(Integer) && value[0].between?(200, 999) &&
        (value.size == 3 ? value[1].is_a?(Hash) : value.size == 2 && value[1].is_a?(String))
    end

    def initialize(value)
      @status = 200
      @headers = {}
      @value = value
      unwrap while Result.response?(@value) || Result.status_array?(@value)
    end

    def send(connection, method, minor_version)
      case @value
      when nil, String then response(TEXT, connection, method, minor_version).send_complete(text(@value || ''))
      when Hash then response(JSON_TYPE, connection, method, minor_version).send_complete(JSON.generate(@value))
      when Array then send_array(connection, method, minor_version)
      else stream(response(TEXT, connection, method, minor_version))
      end
    end

    private

    def unwrap
      if @value.is_a?(Array)
        @status, headers, @value = @value.size == 3 ? @value : [@value[0], @headers, @value[1]]
        # In Rack, the array of a body is a list of its parts.
        @value = @value.join if @value.is_a?(Array) && @value.all?(String)
      else
        @status, headers, @value = @value.status, @value.headers, @value.body
      end
      @headers = headers.to_h
    end

    def send_array(connection, method, minor_version)
      response(JSON_TYPE, connection, method, minor_version).send_complete(JSON.generate(@value))
    end

    def response(type, connection, method, minor_version)
      typed = @headers.any? { |name, _| name.to_s.downcase == 'content-type' }
      Response.new(connection, method, minor_version, @status, typed ? @headers : { 'Content-Type' => type }.merge(@headers))
    end

    # The first chunk comes before the head: a stream that fails at once is a clean 500.
    def stream(response)
      begun = false
      each_chunk do |chunk|
        response.begin unless begun
        begun = true
        break if response.silent

        response.send_chunk(text(chunk))
      end
      response.begin unless begun
      response.finish
    end

    def each_chunk(&)
      if @value.respond_to?(:readpartial) then read_blocks(&)
      elsif @value.respond_to?(:each) then @value.each(&)
      else raise InvalidResponse, "Unsupported response type: #{@value.class}; return text, a Hash, an Array or something with each"
      end
    end

    def read_blocks
      while (block = @value.read(65_536))
        yield block
      end
    end

    # Text of another encoding becomes UTF-8; bytes stay what they are.
    def text(value)
      raise InvalidResponse, "Unsupported response type: #{value.class}; a stream yields Strings" unless value.is_a?(String)
      return value if [Encoding::UTF_8, Encoding::BINARY, Encoding::US_ASCII].include?(value.encoding)

      value.encode(Encoding::UTF_8)
    end
  end
end
