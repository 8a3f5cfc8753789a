package app.kontain;

import io.kubeless.Response;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What a function has returned, as HTTP. */
final class Answer {
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String BYTES = "application/octet-stream";
  private static final byte[] LINE_END = {'\r', '\n'};

  private final Connection connection;
  private final boolean isHead;
  private boolean begun;

  Answer(Connection connection, String method) {
    this.connection = connection;
    this.isHead = method.equals("HEAD");
  }

  boolean isBegun() {
    return begun;
  }

  void send(Object result) throws IOException {
    if (result instanceof Response response) send(response.status, response.headers, response.body);
    else send(200, Map.of(), result);
  }

  void send(int status, String text) throws IOException {
    send(status, Map.of(), text);
  }

  private void send(int status, Map<String, String> headers, Object body) throws IOException {
    if (body instanceof InputStream stream) {
      try (stream) {
        sendStream(status, headers, stream);
      }
      return;
    }
    byte[] bytes = bytesOf(body);
    StringBuilder head = head(status, headers, body instanceof byte[] ? BYTES : TEXT);
    boolean hasBody = status != 204 && status != 304;
    if (hasBody) head.append("Content-Length: ").append(bytes.length).append("\r\n");
    byte[] start = Request.latin1(head.append("\r\n").toString());
    begun = true;
    connection.write(start);
    if (hasBody && !isHead) connection.write(bytes);
  }

  private void sendStream(int status, Map<String, String> headers, InputStream stream) throws IOException {
    byte[] buffer = new byte[65536];
    int count = stream.read(buffer); // one that fails at once is an error still
    byte[] start = Request.latin1(head(status, headers, BYTES).append("Transfer-Encoding: chunked\r\n\r\n").toString());
    begun = true;
    connection.write(start);
    if (isHead) return;
    for (; count >= 0; count = stream.read(buffer)) {
      if (count == 0) continue;
      connection.write(Request.latin1(Integer.toHexString(count) + "\r\n"));
      connection.write(buffer, count);
      connection.write(LINE_END);
    }
    connection.write(Request.latin1("0\r\n\r\n"));
  }

  private static StringBuilder head(int status, Map<String, String> headers, String type) {
    if (status < 200 || status > 599) throw new IllegalArgumentException("no status of an answer: " + status);
    StringBuilder head = new StringBuilder(200).append("HTTP/1.1 ").append(status);
    head.append(status == 200 ? " OK\r\n" : " \r\n").append("Connection: close\r\n");
    boolean hasType = false;
    for (Map.Entry<String, String> header : headers.entrySet()) {
      check(header.getKey(), "[!#$%&'*+.^_`|~0-9A-Za-z-]+");
      check(header.getValue(), "[\\t\\x20-\\x7e\\x80-\\xff]*");
      if (isFraming(header.getKey())) continue;
      hasType |= header.getKey().equalsIgnoreCase("Content-Type");
      head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
    }
    return hasType ? head : head.append("Content-Type: ").append(type).append("\r\n");
  }

  private static boolean isFraming(String name) {
    return name.equalsIgnoreCase("Content-Length")
        || name.equalsIgnoreCase("Transfer-Encoding")
        || name.equalsIgnoreCase("Connection");
  }

  private static void check(String text, String pattern) {
    if (!text.matches(pattern)) throw new IllegalArgumentException("no header of an answer: " + text);
  }

  private static byte[] bytesOf(Object body) {
    if (body == null) return new byte[0];
    return body instanceof byte[] bytes ? bytes : body.toString().getBytes(StandardCharsets.UTF_8);
  }
}
