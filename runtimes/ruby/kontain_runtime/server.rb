# frozen_string_literal: true

require 'socket'
require 'kontain_runtime/exchange'

# Modes without forks: one exchange on an inherited listener, or an ordinary HTTP server on a port.
module KontainRuntime
  HEALTH = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK"
  PATIENCE_SECONDS = 1

  def self.serve_one(listener_fd, function)
    listener = UNIXServer.for_fd(listener_fd)
    socket = listener.accept
    listener.close
    Exchange.serve(socket, function)
    finish(socket)
  end

  # Calls share this process: nothing is isolated. Never returns.
  def self.serve_port(port, function)
    listener = TCPServer.new('::', port)
    puts "Listening on port #{listener.local_address.ip_port}"
    loop do
      Thread.new(listener.accept) { |socket| serve_connection(socket, function) }
    end
  end

  def self.serve_connection(socket, function)
    if socket.recv(13, Socket::MSG_PEEK) == 'GET /healthz '
      socket.readpartial(65_536)
      socket.write(HEALTH)
    else
      Exchange.serve(socket, function)
    end
    finish(socket)
  rescue SystemCallError
    nil # the caller left
  ensure
    socket.close
  end

  # What the caller still sends is read, or the kernel would reset the connection under our answer.
  def self.finish(socket)
    socket.shutdown(Socket::SHUT_WR)
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + PATIENCE_SECONDS
    while (left = deadline - Process.clock_gettime(Process::CLOCK_MONOTONIC)).positive? && socket.wait_readable(left)
      break if socket.recv(65_536).empty?
    end
  rescue SystemCallError
    nil
  end
  private_class_method :serve_connection, :finish
end
