package io.kubeless;

/** How the function is run. */
public final class Context {
  public final String functionName;
  public final String timeout;
  public final String runtime;
  public final String memoryLimit;

  public Context(String functionName, String timeout, String runtime, String memoryLimit) {
    this.functionName = functionName;
    this.timeout = timeout;
    this.runtime = runtime;
    this.memoryLimit = memoryLimit;
  }
}
