export function readme(name: string): string {
  return `# ${name}

\`\`\`
kubeless function run ${name} --watch                    # on this machine, again after each edit
kubeless apply --wait                                    # deploy
kubeless function call ${name} --data '{"name": "Ada"}'
kubeless diff                                            # what would the next apply change?
\`\`\`
`;
}
