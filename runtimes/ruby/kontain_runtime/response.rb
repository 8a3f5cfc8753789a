# frozen_string_literal: true

module KontainRuntime
  # The handler's result can not be sent as HTTP.
  class InvalidResponse < StandardError; end

  # Status line, headers and body framing of the one response (RFC 9110, RFC 9112).
  class Response
    REASONS = {
      200 => 'OK', 201 => 'Created', 202 => 'Accepted', 204 => 'No Content', 206 => 'Partial Content', 301 => 'Moved Permanently',
      302 => 'Found', 303 => 'See Other', 304 => 'Not Modified', 307 => 'Temporary Redirect', 308 => 'Permanent Redirect',
      400 => 'Bad Request', 401 => 'Unauthorized', 403 => 'Forbidden', 404 => 'Not Found', 405 => 'Method Not Allowed',
      409 => 'Conflict', 410 => 'Gone', 413 => 'Content Too Large', 422 => 'Unprocessable Content', 429 => 'Too Many Requests',
      431 => 'Request Header Fields Too Large', 500 => 'Internal Server Error', 501 => 'Not Implemented', 502 => 'Bad Gateway',
      503 => 'Service Unavailable', 504 => 'Gateway Timeout',
    }.freeze
    NAME = /\A[!#$%&'*+.^_`|~0-9A-Za-z-]+\z/
    VALUE = /\A[^\x00-\x08\x0a-\x1f\x7f]*\z/n
    # We frame the message ourselves, and the connection serves one exchange only.
    OURS = %w[connection content-length transfer-encoding keep-alive upgrade te trailer].freeze

    def initialize(connection, method, minor_version, status, headers)
      raise InvalidResponse, "#{status.inspect} is not a final HTTP status" unless status.is_a?(Integer) && status.between?(200, 999)

      @connection = connection
      @has_body = ![204, 304].include?(status)
      @silent = method == 'HEAD' || !@has_body
      @chunked = minor_version.positive? && @has_body
      @head = ["HTTP/1.1 #{status} #{REASONS[status] || 'Unknown'}", *lines(headers)]
    end

    # Whether nothing but the head is sent.
    attr_reader :silent

    def send_complete(body)
      head = head_with(@has_body ? "Content-Length: #{body.bytesize}" : nil)
      @silent ? @connection.write(head) : @connection.write(head, body)
    end

    # A response whose length is not known when it begins; `finish` makes it complete, leaving it out shows it is not.
    def begin
      @connection.write(head_with(@chunked ? 'Transfer-Encoding: chunked' : nil))
    end

    def send_chunk(chunk)
      return if @silent || chunk.empty?

      @chunked ? @connection.write(format("%x\r\n", chunk.bytesize), chunk, "\r\n") : @connection.write(chunk)
    end

    def finish
      @connection.write("0\r\n\r\n") if @chunked && !@silent
    end

    private

    def head_with(framing) = [*@head, *framing, "Connection: close\r\n\r\n"].join("\r\n")

    def lines(headers)
      headers.flat_map { |name, values| Array(values).map { |value| [name.to_s, value.to_s.b] } }
             .reject { |name, _| OURS.include?(name.downcase) }
             .map { |name, value| line(name, value) }
    end

    def line(name, value)
      return "#{name}: ".b << value if NAME.match?(name) && VALUE.match?(value)

      raise InvalidResponse, "The response header #{name.inspect} holds characters that HTTP does not allow"
    end
  end
end
