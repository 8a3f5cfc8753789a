package app.kontain;

import io.kubeless.Event;
import java.io.EOFException;
import java.io.IOException;

/** One request and its answer. */
final class Exchange {
  private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

  private final Connection connection;
  private final Function function;
  /** As an ordinary server does. */
  boolean answersHealth;

  Exchange(Connection connection, Function function) {
    this.connection = connection;
    this.function = function;
  }

  void serve() throws IOException {
    try {
      answer();
    } catch (BadRequest error) {
      new Answer(connection, "GET").send(400, "Bad Request: " + error.getMessage());
    } catch (EOFException error) {
      connection.close(); // a caller that leaves in the middle of its request is no call
      return;
    }
    connection.finish();
  }

  private void answer() throws IOException {
    Request request = new Request(connection);
    if (request.expectsContinue()) connection.write(Request.latin1(CONTINUE));
    byte[] body = request.body(connection);
    Answer answer = new Answer(connection, request.method);
    if (answersHealth && request.target.equals("/healthz")) {
      answer.send(200, "OK");
      return;
    }
    call(new Event(request.method, request.target, request.headers, body), answer);
  }

  private void call(Event event, Answer answer) throws IOException {
    try {
      answer.send(function.call(event));
    } catch (Throwable error) {
      error.printStackTrace();
      if (answer.isBegun()) throw new EOFException(); // it is cut, so that nobody takes it for a whole one
      answer.send(500, "Error: 500 Internal Server Error");
    }
  }
}
