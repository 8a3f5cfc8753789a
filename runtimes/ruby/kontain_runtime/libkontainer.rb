# frozen_string_literal: true

require 'fiddle'
require 'socket'

module KontainRuntime
  # libkontainer, which forks this warmed process into a new sandbox for each call (src/kontainer/native/kontainer.h).
  class Libkontainer
    DEFAULT_PATH = '/opt/kontain/lib/libkontainer.so'

    def initialize(path = nil)
      library = Fiddle.dlopen(path || DEFAULT_PATH)
      int = Fiddle::TYPE_INT
      @fork_begin = function(library['kontainer_fork_begin'], [int, int])
      @fork_end = function(library['kontainer_fork_end'], [int], Fiddle::TYPE_VOID)
      @accept = function(library['kontainer_accept'], [])
      @finish = function(library['kontainer_finish'], [int], Fiddle::TYPE_VOID)
      @rehearsal_prepare = function(library['kontainer_rehearsal_prepare'], [])
      @rehearsal_forked = function(library['kontainer_rehearsal_forked'], [int])
      @rehearsal_end = function(library['kontainer_rehearsal_end'], [], Fiddle::TYPE_VOID)
    end

    # Forks a child for each call until none has come for so long; -1 is for ever.
    # True in a child, where it already is in its sandbox; false in the parent.
    def serve(control_fd, timeout_ms)
      while (result = @fork_begin.call(control_fd, timeout_ms)).zero?
        pid = ruby_fork
        @fork_end.call(pid)
        return true if pid.zero?
      end
      raise SystemCallError.new('kontainer_fork_begin', Fiddle.last_error) if result.negative?

      false
    end

    # Runs an exchange in a fork, so that later forks know which pages it writes.
    def rehearse
      return unless @rehearsal_prepare.call.zero? && @rehearsal_forked.call(ruby_fork).zero?

      yield
      @rehearsal_end.call
    end

    # Says that this child is ready; returns the call's stream socket once there is a call.
    def accept
      fd = @accept.call
      raise SystemCallError.new('kontainer_accept', Fiddle.last_error) if fd.negative?

      Socket.for_fd(fd)
    end

    # Ends the stream so that the caller gets all of the answer, whatever it still sends.
    def finish(socket) = @finish.call(socket.fileno)

    private

    # Ruby's own, which renews its locks, timer and pipes, and tells the gems that want to know. 0 in the child.
    def ruby_fork
      Process.fork || 0
    rescue SystemCallError
      -1
    end

    # With Ruby's lock held, so no other Ruby code runs between the fork and what must follow it.
    def function(pointer, arguments, result = Fiddle::TYPE_INT)
      Fiddle::Function.new(pointer, arguments, result, need_gvl: true)
    end
  end
end
