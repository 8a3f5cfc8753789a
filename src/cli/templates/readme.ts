/** `runsHere`: whether `function run` knows the runtime. */
export function readme(name: string, runsHere: boolean): string {
  const run = `kubeless function run ${name} --watch                    # on this machine, again after each edit\n`;
  return `# ${name}

\`\`\`
${runsHere ? run : ''}kubeless apply --wait                                    # deploy
kubeless function call ${name} --data '{"name": "Ada"}'
kubeless diff                                            # what would the next apply change?
\`\`\`
`;
}
