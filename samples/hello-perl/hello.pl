sub handler { return "hello world\n" }
