package app.kontain;

import io.kubeless.Context;
import io.kubeless.Event;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/** The author's method, and the one object that it is called on. */
final class Function {
  private final Method method;
  private final Object object;
  private final Context context;

  private Function(Method method, Object object) {
    this.method = method;
    this.object = object;
    this.context =
        new Context(
            method.getName(), variable("FUNC_TIMEOUT", "180"), variable("FUNC_RUNTIME", ""), variable("FUNC_MEMORY_LIMIT", ""));
  }

  /** Ends the process, with one line that says why, where it cannot be loaded. */
  static Function load(String module, String handler) {
    try {
      Class<?> type = Class.forName("io.kubeless." + module);
      Method method = type.getMethod(handler, Event.class, Context.class);
      return new Function(method, type.getDeclaredConstructor().newInstance());
    } catch (ClassNotFoundException error) {
      throw refuse("no class io.kubeless." + module + " in the source", null);
    } catch (NoSuchMethodException error) {
      throw refuse("the class io.kubeless." + module + " has no public " + handler
              + "(io.kubeless.Event, io.kubeless.Context), or no constructor without arguments", null);
    } catch (InvocationTargetException | ExceptionInInitializerError error) {
      throw refuse(String.valueOf(error.getCause()), error.getCause());
    } catch (ReflectiveOperationException | LinkageError error) {
      throw refuse(error.toString(), error);
    }
  }

  Object call(Event event) throws Throwable {
    try {
      return method.invoke(object, event, context);
    } catch (InvocationTargetException error) {
      throw error.getCause();
    }
  }

  private static RuntimeException refuse(String reason, Throwable trace) {
    System.err.println("Cannot load the function: " + reason);
    if (trace != null) trace.printStackTrace();
    Runtime.getRuntime().halt(1);
    return new IllegalStateException();
  }

  private static String variable(String name, String otherwise) {
    String value = System.getenv(name);
    return value == null ? otherwise : value;
  }
}
