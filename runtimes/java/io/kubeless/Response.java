package io.kubeless;

import java.util.LinkedHashMap;
import java.util.Map;

/** An answer with a status and headers of its own: what a function returns instead of a text. */
public final class Response {
  public final int status;
  public final Object body;
  public final Map<String, String> headers = new LinkedHashMap<>();

  /** body: a String, a byte[], an InputStream, or null. */
  public Response(int status, Object body) {
    this.status = status;
    this.body = body;
  }

  public Response header(String name, String value) {
    headers.put(name, value);
    return this;
  }
}
