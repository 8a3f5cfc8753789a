# frozen_string_literal: true

require 'kontain_runtime/request_head'

module KontainRuntime
  # Reads a request body as the head frames it: Content-Length or chunked (RFC 9112 §6 and §7).
  class RequestBody
    CHUNK_HEAD = /\A([0-9A-Fa-f]{1,12})[ \t]*(?:;[^\x00-\x08\x0a-\x1f\x7f]*)?\r\n\z/n
    CHUNK_HEAD_LIMIT_BYTES = 4096

    # The whole body, and its trailers as pairs.
    def self.read(connection, head) = new(connection, head).read

    def initialize(connection, head)
      @connection = connection
      @coding = head['transfer-encoding']
      @length = head['content-length']
      @expected = (head['expect'] || '').downcase == '100-continue'
    end

    def read
      return ['', []] if @coding.nil? && @length.nil?

      check
      @connection.write_interim("HTTP/1.1 100 Continue\r\n\r\n") if @expected
      @length ? [@connection.read_exactly(@length.to_i), []] : read_chunked
    end

    private

    def check
      raise BadRequest.new('Only the chunked transfer coding is understood', 501) if @coding && @coding.downcase != 'chunked'
      raise BadRequest, 'Content-Length is not a number' if @length && !@length.match?(/\A[0-9]{1,15}\z/)
    end

    def read_chunked
      body = String.new(encoding: Encoding::BINARY)
      while (size = read_chunk_size).positive?
        body << @connection.read_exactly(size)
        raise BadRequest, 'A chunk of the body is malformed' unless @connection.read_exactly(2) == "\r\n"
      end
      [body, read_trailers]
    end

    def read_chunk_size
      line = @connection.read_until("\r\n", CHUNK_HEAD_LIMIT_BYTES)
      match = line && CHUNK_HEAD.match(line) or raise BadRequest, 'A chunk of the body is malformed'
      match[1].hex
    end

    def read_trailers
      lines = []
      left = RequestHead::LIMIT_BYTES
      loop do
        line = @connection.read_until("\r\n", left) or raise BadRequest.new('The trailers are too large', 431)
        return RequestHead.parse_fields(lines) if line == "\r\n"

        lines << line[0...-2]
        left -= line.bytesize
      end
    end
  end
end
