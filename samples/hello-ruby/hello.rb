def handler(_event, _context)
  "hello world\n"
end
