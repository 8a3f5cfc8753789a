# frozen_string_literal: true

require 'socket'

module KontainRuntime
  # The peer is gone, or closed its side before what we were waiting for had come.
  class ConnectionEnded < StandardError; end

  # Buffered reads and complete writes over a stream socket.
  class Connection
    READ_SIZE = 65_536

    # True once a byte of the response has gone out: from then on an error can only cut the stream.
    attr_reader :started

    def initialize(socket)
      @socket = socket
      @buffer = String.new(encoding: Encoding::BINARY)
      @started = false
    end

    # Everything up to and including `mark`; nil if it does not come within `limit` bytes.
    def read_until(mark, limit)
      searched = 0
      until (at = @buffer.index(mark, searched))
        return nil if @buffer.bytesize > limit

        searched = [0, @buffer.bytesize - mark.bytesize + 1].max
        fill
      end
      at + mark.bytesize <= limit ? @buffer.slice!(0, at + mark.bytesize) : nil
    end

    def read_exactly(size)
      fill while @buffer.bytesize < size
      @buffer.slice!(0, size)
    end

    def write(*parts)
      @started = true
      @socket.write(*parts)
    rescue Errno::EPIPE, Errno::ECONNRESET
      raise ConnectionEnded
    end

    # A part of the answer that is not the answer itself.
    def write_interim(bytes)
      write(bytes)
      @started = false
    end

    private

    def fill
      @buffer << @socket.readpartial(READ_SIZE)
    rescue EOFError, Errno::ECONNRESET
      raise ConnectionEnded
    end
  end
end
