package io.kubeless;

public class Hello {
  /** Answers one call, in a sandbox of its own. */
  public String handler(Event event, Context context) {
    return "hello world\n";
  }
}
