# frozen_string_literal: true

module KontainRuntime
  # The caller's fault: `status` and the message are the answer.
  class BadRequest < StandardError
    attr_reader :status

    def initialize(message, status = 400)
      super(message)
      @status = status
    end
  end

  # Request line and header fields, strictly (RFC 9112 §3, §5): what is ambiguous is refused, never guessed.
  class RequestHead
    LIMIT_BYTES = 1024 * 1024
    TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/n
    LINE = /\A(#{TOKEN}) ([\x21-\x7e\x80-\xff]+) HTTP\/1\.([01])\z/n
    FIELD = /\A(#{TOKEN}):([^\x00-\x08\x0a-\x1f\x7f]*)\z/n

    # `fields`: pairs in the order they came, names in lower case.
    attr_reader :method, :target, :minor_version, :fields

    # `raw` ends with the empty line.
    def self.parse(raw)
      lines = raw[0...-4].split("\r\n", -1)
      match = LINE.match(lines.shift || '') or raise BadRequest, 'The request line is not HTTP/1.1'
      new(match[1], match[2], match[3].to_i, parse_fields(lines)).tap(&:check_framing)
    end

    # Header or trailer lines, without their line ends.
    def self.parse_fields(lines)
      lines.map do |line|
        match = FIELD.match(line) or raise BadRequest, 'A header line is malformed'
        [match[1].downcase, match[2].sub(/\A[ \t]+/, '').sub(/[ \t]+\z/, '')]
      end
    end

    def initialize(method, target, minor_version, fields)
      @method = method
      @target = target
      @minor_version = minor_version
      @fields = fields
    end

    # The field's value, repeated ones joined by a comma (RFC 9110 §5.2); nil without one.
    def [](name)
      values = @fields.filter_map { |key, value| value if key == name }
      values.join(name == 'cookie' ? '; ' : ', ') unless values.empty?
    end

    # Refuses every head that two parsers could frame differently (request smuggling).
    def check_framing
      raise BadRequest, 'More than one Host header' if count('host') > 1
      if count('transfer-encoding') + count('content-length') > 1
        raise BadRequest, 'More than one header says how long the body is'
      end
      return unless @minor_version.zero? && count('transfer-encoding').positive?

      raise BadRequest, 'Transfer-Encoding needs HTTP/1.1'
    end

    private

    def count(name) = @fields.count { |key, _| key == name }
  end
end
