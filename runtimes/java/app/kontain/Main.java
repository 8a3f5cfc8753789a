package app.kontain;

import java.io.FileOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * Serves one call on the socket that is descriptor 0, or an HTTP server on a port. `start` turns the platform's variables
 * into properties: a program in Java cannot remove them from its environment.
 */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws IOException {
    Function function = Function.load(System.getenv("MOD_NAME"), System.getenv("FUNC_HANDLER"));
    if (arguments.length > 0 && arguments[0].equals("--check")) return;
    if (System.getProperty("kontain.stream") == null) serveAll(function);
    serveOne(function);
  }

  private static void serveOne(Function function) throws IOException {
    // Never closed: that would close standard output and error as well.
    ServerSocketChannel listener = (ServerSocketChannel) System.inheritedChannel();
    String ready = System.getProperty("kontain.ready", "");
    if (!ready.isEmpty())
      try (FileOutputStream pipe = new FileOutputStream("/proc/self/fd/" + ready)) {
        pipe.write(1);
      }
    new Exchange(new Connection(listener.accept()), function).serve();
    System.out.flush();
    // Threads that the function has left behind shall not keep the call.
    Runtime.getRuntime().halt(0);
  }

  private static void serveAll(Function function) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(Integer.parseInt(System.getProperty("kontain.port"))));
    System.out.println("Serving on port " + ((InetSocketAddress) listener.getLocalAddress()).getPort());
    for (; ; ) {
      SocketChannel channel = listener.accept();
      new Thread(() -> serveQuietly(channel, function)).start();
    }
  }

  private static void serveQuietly(SocketChannel channel, Function function) {
    try {
      Exchange exchange = new Exchange(new Connection(channel), function);
      exchange.answersHealth = true;
      exchange.serve();
    } catch (IOException error) {
      // The caller has gone.
    }
  }
}
