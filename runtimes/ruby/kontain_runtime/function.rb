# frozen_string_literal: true

require 'json'
require 'kontain_runtime/request'

module KontainRuntime
  # The function can not be loaded; the message says what to do.
  class LoadFailed < StandardError; end

  # The user's function: where it is, how it is loaded, what it is called with (Kubeless' conventions).
  class Function
    # Runs the user's module. Whatever it raises, other than "not found", goes to the caller as it is.
    def self.load(env)
      folder = env['KUBELESS_INSTALL_VOLUME'] || '/kubeless'
      name, handler = required(env, 'MOD_NAME'), required(env, 'FUNC_HANDLER')
      path = File.join(File.expand_path(folder), "#{name}.rb")
      no_module(name, folder) unless File.file?(path)

      $LOAD_PATH.unshift(folder)
      new(method_of(evaluate(path), name, handler), context(env, handler))
    end

    def self.no_module(name, folder)
      has = listed(Dir.glob('*.rb', base: folder))
      raise LoadFailed, "There is no module '#{name}' in #{folder}: add #{name}.rb, or change the handler. It has: #{has}"
    end

    def self.listed(names)
      names.empty? ? 'none' : names.map(&:to_s).sort.first(20).join(', ')
    end

    def self.required(env, name)
      value = env[name]
      return value unless value.nil? || value.empty?

      raise LoadFailed, "#{name} is not set: the handler is <MOD_NAME>.<FUNC_HANDLER>"
    end

    # A module of its own, so that what the function defines is not defined on every object.
    def self.evaluate(path)
      Module.new.tap { |mod| mod.module_eval(File.read(path, encoding: Encoding::UTF_8), path) }
    end

    def self.method_of(mod, name, handler)
      unless mod.method_defined?(handler) || mod.private_method_defined?(handler)
        has = listed(mod.instance_methods(false) + mod.private_instance_methods(false))
        raise LoadFailed, "The module '#{name}' has no function '#{handler}': define it, or change the handler. It has: #{has}"
      end

      # All of them, since they call each other.
      (mod.instance_methods(false) + mod.private_instance_methods(false)).each { mod.send(:module_function, _1) }
      mod.method(handler)
    end

    def self.context(env, handler)
      {
        'function-name': handler,
        timeout: timeout(env['FUNC_TIMEOUT'] || '180'),
        runtime: env['FUNC_RUNTIME'],
        'memory-limit': env['FUNC_MEMORY_LIMIT'],
      }
    end

    def self.timeout(text)
      Float(text)
    rescue ArgumentError
      raise LoadFailed, "FUNC_TIMEOUT is not a number of seconds: #{text.inspect}"
    end
    private_class_method :no_module, :listed, :required, :evaluate, :method_of, :context, :timeout

    def initialize(handler, context)
      @handler = handler
      @context = context
    end

    def call(request)
      @handler.call(event(request), @context.dup)
    end

    private

    def event(request)
      {
        data: data(request),
        'event-id': request.get_header('event-id'),
        'event-type': request.get_header('event-type'),
        'event-time': request.get_header('event-time'),
        'event-namespace': request.get_header('event-namespace'),
        extensions: { request: },
      }
    end

    def data(request)
      return request.text unless request.media_type == 'application/json'
      return nil if request.text.empty?
      raise JSON::ParserError unless request.text.encoding == Encoding::UTF_8

      JSON.parse(request.text)
    rescue JSON::ParserError
      raise BadRequest, 'The body is not valid JSON, which its Content-Type says it is'
    end
  end
end
