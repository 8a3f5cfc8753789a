# frozen_string_literal: true

# What a function may require from the runtime: `require 'kontain'`.
module Kontain
  # An answer with its own status and headers; return it, or raise it from anywhere in the handler.
  #
  # The body may be whatever a handler may return: text, a Hash (sent as JSON), something with `each` (streamed).
  # A header's value may be an Array: one line each.
  class Response < StandardError
    attr_reader :body, :status, :headers

    def initialize(body = nil, status: 200, headers: {})
      super("response with status #{status}")
      @body = body
      @status = status
      @headers = headers
    end
  end
end
