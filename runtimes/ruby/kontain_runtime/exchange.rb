# frozen_string_literal: true

require 'kontain_runtime/connection'
require 'kontain_runtime/request'
require 'kontain_runtime/request_body'
require 'kontain_runtime/result'

module KontainRuntime
  # One request in, one response out.
  class Exchange
    FAILURES = [StandardError, ScriptError, NoMemoryError, SystemStackError].freeze

    # Serves one exchange on a stream socket, which stays open. Only SystemExit and the like come out.
    def self.serve(socket, function) = new(socket, function).serve

    def initialize(socket, function)
      @connection = Connection.new(socket)
      @function = function
      @method = 'GET'
      @minor_version = 1
    end

    def serve
      request = read_request
      call(request)
    rescue ConnectionEnded
      # Nobody is left to answer.
      nil
    rescue BadRequest => e
      refuse(e.status, e.message)
    rescue *FAILURES => e
      warn 'The function failed:', e.full_message(highlight: false)
      refuse(500, 'Internal Server Error')
    end

    private

    def read_request
      raw = @connection.read_until("\r\n\r\n", RequestHead::LIMIT_BYTES) or raise BadRequest.new('The request head is too large', 431)
      head = RequestHead.parse(raw)
      body, trailers = RequestBody.read(@connection, head)
      @method = head.method
      @minor_version = head.minor_version
      Request.new(head, body, trailers)
    end

    def call(request)
      answer(@function.call(request))
    rescue *FAILURES => e
      # A raised response is one, unless another has begun.
      raise if @connection.started || !Result.response?(e)

      answer(e)
    end

    def answer(result) = Result.new(result).send(@connection, @method, @minor_version)

    def refuse(status, message)
      return if @connection.started

      headers = { 'Content-Type' => 'text/plain; charset=utf-8' }
      Response.new(@connection, @method, @minor_version, status, headers).send_complete("#{message}\n")
    rescue ConnectionEnded
      nil
    end
  end
end
