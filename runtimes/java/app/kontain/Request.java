package app.kontain;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** A request's head, read strictly (RFC 9112). */
final class Request {
  private static final Pattern START = Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~\\x80-\\xff]+) HTTP/1\\.([01])");
  private static final Pattern FIELD =
      Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\\x00-\\x08\\x0a-\\x1f\\x7f]*?)[ \t]*");
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
  private static final Pattern CHUNK = Pattern.compile("([0-9A-Fa-f]{1,7})[ \t]*(;[^\\x00-\\x08\\x0a-\\x1f\\x7f]*)?");
  private static final int MAX_HEADERS = 1000;
  private static final int MAX_BODY_BYTES = Integer.MAX_VALUE - 8;

  final String method;
  final String target;
  final Map<String, List<String>> headers = new LinkedHashMap<>();

  Request(Connection connection) throws IOException {
    var start = START.matcher(connection.line());
    if (!start.matches()) throw new BadRequest("no request line");
    method = start.group(1);
    target = start.group(2);
    readFields(connection, headers);
    checkFraming(start.group(3));
  }

  /** Headers or trailers. */
  private static void readFields(Connection connection, Map<String, List<String>> fields) throws IOException {
    int count = 0;
    for (String line = connection.line(); !line.isEmpty(); line = connection.line()) {
      if (++count > MAX_HEADERS) throw new BadRequest("too many headers");
      var field = FIELD.matcher(line);
      if (!field.matches()) throw new BadRequest("a header that is none");
      String name = field.group(1).toLowerCase(Locale.ROOT);
      fields.computeIfAbsent(name, (key) -> new ArrayList<>()).add(field.group(2));
    }
  }

  private void checkFraming(String minorVersion) throws BadRequest {
    List<String> lengths = headers.getOrDefault("content-length", List.of());
    List<String> codings = headers.getOrDefault("transfer-encoding", List.of());
    if (lengths.size() + codings.size() > 1) throw new BadRequest("more than one framing");
    if (headers.getOrDefault("host", List.of()).size() > 1) throw new BadRequest("more than one host");
    if (codings.size() == 1 && minorVersion.equals("0")) throw new BadRequest("chunks in HTTP/1.0");
    if (lengths.size() == 1 && !LENGTH.matcher(lengths.get(0)).matches()) throw new BadRequest("a length that is none");
    if (codings.size() == 1 && !codings.get(0).equalsIgnoreCase("chunked")) throw new BadRequest("an unknown coding");
  }

  boolean expectsContinue() {
    return headers.getOrDefault("expect", List.of()).stream().anyMatch("100-continue"::equalsIgnoreCase);
  }

  byte[] body(Connection connection) throws IOException {
    if (headers.containsKey("transfer-encoding")) return chunks(connection);
    long length = headers.containsKey("content-length") ? Long.parseLong(headers.get("content-length").get(0)) : 0;
    if (length > MAX_BODY_BYTES) throw new BadRequest("a body that is too large");
    byte[] body = new byte[(int) length];
    connection.read(body, 0, body.length);
    return body;
  }

  private static byte[] chunks(Connection connection) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (; ; ) {
      var size = CHUNK.matcher(connection.line());
      if (!size.matches()) throw new BadRequest("a chunk without a size");
      byte[] chunk = new byte[Integer.parseInt(size.group(1), 16)];
      if (chunk.length == 0) break;
      connection.read(chunk, 0, chunk.length);
      body.write(chunk, 0, chunk.length);
      if (!connection.line().isEmpty()) throw new BadRequest("a chunk that is longer than its size");
    }
    readFields(connection, new LinkedHashMap<>()); // trailers, which nobody asks for
    return body.toByteArray();
  }

  static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
