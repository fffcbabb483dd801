// Reads modules: what each declares, imports and passes on, and where a name that one exports was declared.
// Takes sources and the declarations made of them alike. Every file is parsed once.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseSync } from 'oxc-parser';
import type { Comment, Declaration, Directive, ModuleExportName, Statement } from 'oxc-parser';

/** One parsed file. */
export interface Module {
  readonly path: string;
  readonly text: string;
  readonly comments: readonly Comment[];
  readonly body: readonly (Directive | Statement)[];
}

/** Where a name was declared. A function may have several declarations, one for each form. */
export interface Found {
  readonly module: Module;
  readonly name: string;
  /** Each with the statement it stands in, before which its docblock stands. */
  readonly nodes: readonly { readonly node: Declaration; readonly start: number }[];
}

export class ModuleReader {
  readonly #modules = new Map<string, Module>();

  /** @throws an error that names the file if it cannot be read or parsed */
  read(path: string): Module {
    const known = this.#modules.get(path);
    if (known !== undefined) return known;
    const text = readFileSync(path, 'utf8');
    const { program, comments, errors } = parseSync(path, text);
    if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
    const parsed = { path, text, comments, body: program.body };
    this.#modules.set(path, parsed);
    return parsed;
  }

  /** The names that a module exports, each with whether only its type is. */
  exportsOf(path: string): Map<string, boolean> {
    const names = new Map<string, boolean>();
    for (const statement of this.read(path).body) {
      if (statement.type === 'ExportAllDeclaration' && statement.source.value.startsWith('.')) {
        const isType = statement.exportKind === 'type';
        for (const [name, kind] of this.exportsOf(resolve(path, statement.source.value)))
          names.set(name, kind || isType);
      }
      if (statement.type !== 'ExportNamedDeclaration') continue;
      for (const name of declaredNames(statement.declaration)) names.set(name, isTypeOnly(statement.declaration));
      for (const { exported, exportKind } of statement.specifiers)
        names.set(nameOf(exported), statement.exportKind === 'type' || exportKind === 'type');
    }
    return names;
  }

  /** Where a name that a module declares, imports or passes on was declared; null if in none of these files. */
  find(path: string, name: string): Found | null {
    const module = this.read(path);
    const nodes = module.body.flatMap((statement) => {
      const node = statement.type === 'ExportNamedDeclaration' ? statement.declaration : (statement as Declaration);
      return node !== null && declaredNames(node).includes(name) ? [{ node, start: statement.start }] : [];
    });
    if (nodes.length > 0) return { module, name, nodes };
    for (const statement of module.body) {
      const next = passedOn(statement, name);
      const target = next === null ? null : resolve(path, next.source);
      const found = next === null || target === null || target === '' ? null : this.find(target, next.name);
      if (found !== null) return found;
    }
    return null;
  }
}

/** The file that a module names; empty if it is not one of ours. */
function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return '';
  const path = join(dirname(from), specifier);
  return existsSync(path) ? path : path.replace(/\.[tj]s$/, '.d.ts');
}

/** Where to look for a name next. */
function passedOn(statement: Directive | Statement, name: string): { name: string; source: string } | null {
  if (statement.type === 'ExportAllDeclaration') return { name, source: statement.source.value };
  if (statement.type === 'ExportNamedDeclaration' && statement.source !== null) {
    const { value } = statement.source;
    const specifier = statement.specifiers.find(({ exported }) => nameOf(exported) === name);
    return specifier === undefined ? null : { name: nameOf(specifier.local), source: value };
  }
  if (statement.type !== 'ImportDeclaration') return null;
  for (const specifier of statement.specifiers)
    if (specifier.type === 'ImportSpecifier' && specifier.local.name === name)
      return { name: nameOf(specifier.imported), source: statement.source.value };
  return null;
}

function nameOf(name: ModuleExportName): string {
  return name.type === 'Literal' ? name.value : name.name;
}

/** The names that a statement declares. */
function declaredNames(node: Declaration | null): string[] {
  switch (node?.type) {
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
    case 'ClassDeclaration':
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return node.id === null ? [] : [node.id.name];
    case 'VariableDeclaration':
      return node.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
    default:
      return [];
  }
}

function isTypeOnly(node: Declaration | null): boolean {
  return node?.type === 'TSInterfaceDeclaration' || node?.type === 'TSTypeAliasDeclaration';
}
