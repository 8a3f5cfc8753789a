exports.handler = () => 'hello world\n';
