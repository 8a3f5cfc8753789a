import type { Template } from './template.ts';

export const rubyTemplate: Template = (name, runtime) => ({
  'handler.rb': `# Called once for each request, in a sandbox of its own.
def handle(event, _context)
  data = event[:data]
  name = data.is_a?(Hash) ? data.fetch('name', 'world') : 'world'
  { greeting: "Hello, #{name}!" }
end
`,
  Gemfile: `# source 'https://rubygems.org'
# gem 'nokogiri', '~> 1.16'
`,
  'functions.yaml': `functions:
  ${name}:
    runtime: ${runtime}
    handler: handler.handle
    from-file: handler.rb
    dependencies: Gemfile
`,
});
