# frozen_string_literal: true

require 'kontain_runtime/exchange'
require 'kontain_runtime/libkontainer'

module KontainRuntime
  # Template mode: a process that has loaded the function and is forked for every call.
  class Template
    # A template that can not be forked safely; the platform then starts the function for each call.
    EXIT_NOT_FORKABLE = 75
    WARM_UP_ROUNDS = 20
    WARM_UP_REQUESTS = [
      "GET /warm?a=b HTTP/1.1\r\nHost: warm\r\nAccept: */*\r\nX-Request-Id: warm\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: warm\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"a\":\"b\"}",
      "POST / HTTP/1.1\r\nHost: warm\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
    ].freeze
    # Our own code, none of the user's.
    HANDLERS = [
      lambda { |event, _|
        request = event[:extensions][:request]
        "#{request.request_method} #{request.url} #{request.path} #{request.headers} #{request.GET}"
      },
      ->(*) { { a: [1, 'b', nil] } },
      ->(*) { %w[a b].each },
    ].map { |handler| Function.new(handler, {}) }.freeze

    # Every fork is process 1 of its namespace, as is the container's first process: Ruby, and gems that keep a connection, could
    # not tell one from the other. So the template is another process than the first, which waits for it. Yields in that
    # process only; returns its exit code.
    def self.in_process_of_its_own(control_fd)
      pid = fork or return yield
      IO.for_fd(control_fd).close
      _, status = Process.wait2(pid)
      status.exitstatus || (128 + status.termsig)
    end

    def initialize(control_fd, function, library_path)
      @control_fd = control_fd
      @function = function
      @library_path = library_path
    end

    # Returns the child's exit code; the parent never returns.
    def run
      return EXIT_NOT_FORKABLE if threads?

      @library = Libkontainer.new(@library_path)
      early = fork_while_warming
      fork_for_ever unless early
      serve_call(early)
      0
    end

    private

    # A thread of a library counts, too.
    def threads?
      return false if Thread.list.size == 1 && Dir.children('/proc/self/task').size == 1

      names = Thread.list.drop(1).map { |thread| thread.name || thread.inspect }.join(', ')
      warn "The module has started threads (#{names}), which a fork would lose"
      true
    end

    # The first caller waits already, and others may come: they get a cold child rather than none. True in a child.
    def fork_while_warming
      return true if @library.serve(@control_fd, 0)

      HANDLERS.any? do |function|
        WARM_UP_ROUNDS.times { WARM_UP_REQUESTS.each { |request| exchange(request, function) } }
        @library.serve(@control_fd, 0)
      end
    end

    def fork_for_ever
      # What exists now is old from then on: a child's collections pass it by, and do not copy its pages.
      4.times { GC.start }
      @library.rehearse do
        renew_randomness
        exchange(WARM_UP_REQUESTS[0], HANDLERS[0])
      end
      @library.serve(@control_fd, -1)
    end

    def serve_call(early)
      renew_randomness
      # Touches the memory that the call will touch: those page faults are then over when it comes. An early one waits.
      exchange(WARM_UP_REQUESTS[0], HANDLERS[0]) unless early
      socket = @library.accept
      begin
        Exchange.serve(socket, @function)
      ensure
        @library.finish(socket)
      end
    end

    def exchange(request, function)
      ours, theirs = UNIXSocket.pair
      ours.write(request)
      Exchange.serve(theirs, function)
      ours.close
      theirs.close
    end

    # OpenSSL finds a fork out by the process id, and the child of process 1 in a new namespace is process 1 again.
    def renew_randomness
      srand
      OpenSSL::Random.random_add(Random.urandom(32), 32.0) if defined?(OpenSSL::Random)
    end
  end
end
