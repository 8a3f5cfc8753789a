package app.kontain;

import java.io.IOException;

/** A request that is none, or that another parser could frame differently. */
final class BadRequest extends IOException {
  private static final long serialVersionUID = 1;

  BadRequest(String message) {
    super(message);
  }
}
