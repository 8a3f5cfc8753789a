package io.kubeless;

import java.util.List;
import java.util.Map;

/** One call. The first five fields are Kubeless' own: an empty text where the caller sent nothing. */
public final class Event {
  /** The body as UTF-8 text. */
  public final String Data;

  public final String EventID;
  public final String EventType;
  public final String EventTime;
  public final String EventNamespace;

  public final String Method;
  /** Without the function's prefix, percent-encoded. */
  public final String Path;
  /** Without the question mark; empty if there is none. */
  public final String Query;
  /** By name in lower case. */
  public final Map<String, List<String>> Headers;
  /** The body as it came. */
  public final byte[] Body;

  public Event(String method, String target, Map<String, List<String>> headers, byte[] body) {
    int mark = target.indexOf('?');
    Method = method;
    Path = mark < 0 ? target : target.substring(0, mark);
    Query = mark < 0 ? "" : target.substring(mark + 1);
    Headers = headers;
    Body = body;
    Data = new String(body, java.nio.charset.StandardCharsets.UTF_8);
    EventID = first("event-id");
    EventType = first("event-type");
    EventTime = first("event-time");
    EventNamespace = first("event-namespace");
  }

  private String first(String name) {
    List<String> values = Headers.get(name);
    return values == null ? "" : values.get(0);
  }
}
