import { toolDefinitions } from '../../src/protocol/toolDefinitions.ts';
import type { ToolName } from '../../src/protocol/tools.ts';

/** How a prompt names each tool (`#rowriver`), and its icon. */
const looks: Readonly<Record<ToolName, { readonly reference: string; readonly icon: string }>> = {
  describe_file: { reference: 'rowriverDescribe', icon: '$(info)' },
  query_file: { reference: 'rowriver', icon: '$(filter)' },
  get_records: { reference: 'rowriverRecords', icon: '$(list-flat)' },
  find_text: { reference: 'rowriverFind', icon: '$(search)' },
  profile_column: { reference: 'rowriverProfile', icon: '$(graph)' },
  explain_query: { reference: 'rowriverExplain', icon: '$(question)' },
  validate_file: { reference: 'rowriverValidate', icon: '$(checklist)' },
  export_subset: { reference: 'rowriverExport', icon: '$(export)' },
};

/** `contributes.languageModelTools` of package.json, as the definitions say it. */
export function manifestTools(): readonly object[] {
  return toolDefinitions.map(({ name, description, input }) => ({
    name: `rowriver_${name}`,
    toolReferenceName: looks[name].reference,
    displayName: `%tool.${name}.title%`,
    userDescription: `%tool.${name}%`,
    modelDescription: description,
    icon: looks[name].icon,
    canBeReferencedInPrompt: true,
    when: 'isWorkspaceTrusted',
    tags: ['data', 'csv', 'jsonl', 'logs'],
    inputSchema: input,
  }));
}
