package app.kontain;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A connection's bytes, read through a buffer. */
final class Connection {
  private static final int MAX_LINE_BYTES = 256 * 1024;
  /** How long a caller that does not read any more can keep us. */
  private static final long PATIENCE_MS = 1000;

  private final SocketChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(65536).flip();

  Connection(SocketChannel channel) {
    this.channel = channel;
  }

  int read() throws IOException {
    if (!buffer.hasRemaining() && !fill()) throw new EOFException();
    return buffer.get() & 0xff;
  }

  void read(byte[] bytes, int offset, int length) throws IOException {
    while (length > 0) {
      if (!buffer.hasRemaining() && !fill()) throw new EOFException();
      int count = Math.min(length, buffer.remaining());
      buffer.get(bytes, offset, count);
      offset += count;
      length -= count;
    }
  }

  /** Without its end, which is CR LF and nothing else; each character is a byte. */
  String line() throws IOException {
    StringBuilder line = new StringBuilder(80);
    for (; ; ) {
      int next = read();
      if (next == '\r') {
        if (read() != '\n') throw new BadRequest("a carriage return alone");
        return line.toString();
      }
      if (next == '\n' || next == 0) throw new BadRequest("a line that does not end with CR LF");
      if (line.length() == MAX_LINE_BYTES) throw new BadRequest("a line that is too long");
      line.append((char) next);
    }
  }

  void write(byte[] bytes) throws IOException {
    write(bytes, bytes.length);
  }

  void write(byte[] bytes, int length) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes, 0, length);
    while (rest.hasRemaining()) channel.write(rest);
  }

  /** Lets the caller read everything: one that is still writing would get an error instead. */
  void finish() throws IOException {
    channel.shutdownOutput();
    channel.configureBlocking(false);
    for (long until = System.nanoTime() + PATIENCE_MS * 1_000_000; System.nanoTime() < until; ) {
      buffer.clear();
      int count = channel.read(buffer);
      if (count < 0) break;
      if (count == 0) pause();
    }
    channel.close();
  }

  void close() throws IOException {
    channel.close();
  }

  private static void pause() {
    try {
      Thread.sleep(1);
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean fill() throws IOException {
    buffer.clear();
    int count = channel.read(buffer);
    buffer.flip();
    return count > 0;
  }
}
