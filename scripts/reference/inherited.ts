// What a class or an interface takes over from those that have no place of their own in the reference, directly or by
// `Pick` and `Omit`: which they are, and which of their members are kept.

import type { Class, Declaration, TSInterfaceDeclaration, TSInterfaceHeritage, TSType } from 'oxc-parser';
import type { Module, ModuleReader } from './module-reader.ts';

export type WithMembers = Class | TSInterfaceDeclaration;

export interface Inherited {
  readonly from: Module;
  readonly base: WithMembers;
  readonly keeps: (name: string) => boolean;
}

/** Whether a name has a place of its own in the reference. */
export type IsPublic = (name: string) => boolean;

/** What a declaration is made of that is described with it, not by itself. */
export function inherited(module: Module, node: WithMembers, reader: ModuleReader, isPublic: IsPublic): Inherited[] {
  return basesOf(node, module, reader).flatMap(({ name, keeps }) => {
    if (keeps === null && isPublic(name)) return [];
    const found = reader.find(module.path, name);
    const base = found?.nodes[0]?.node;
    if (found === null || !hasMembers(base)) return [];
    return [{ from: found.module, base, keeps: keeps ?? (() => true) }];
  });
}

/** What is said in the head of a declaration of what it is made of: all but what `inherited` tells. */
export function shownBases(module: Module, node: WithMembers, reader: ModuleReader, isPublic: IsPublic): string[] {
  return basesOf(node, module, reader)
    .filter(({ name, keeps }) => keeps === null && (isPublic(name) || reader.find(module.path, name) === null))
    .map(({ text }) => text);
}

/** Whether what was declared has members. */
export function hasMembers(node: Declaration | undefined): node is WithMembers & Declaration {
  return node?.type === 'ClassDeclaration' || node?.type === 'TSInterfaceDeclaration';
}

interface Base {
  readonly name: string;
  readonly text: string;
  /** Null: all of it. */
  readonly keeps: ((name: string) => boolean) | null;
}

function basesOf(node: WithMembers, module: Module, reader: ModuleReader): Base[] {
  if (node.type === 'TSInterfaceDeclaration')
    return node.extends.map((heritage) => ({
      ...(partOf(heritage, module, reader) ?? { name: nameOf(heritage), keeps: null }),
      text: module.text.slice(heritage.start, heritage.end),
    }));
  if (node.superClass?.type !== 'Identifier') return [];
  const end = (node.superTypeArguments ?? node.superClass).end;
  return [{ name: node.superClass.name, text: module.text.slice(node.superClass.start, end), keeps: null }];
}

function nameOf(heritage: TSInterfaceHeritage): string {
  return heritage.expression.type === 'Identifier' ? heritage.expression.name : '';
}

/** What `Pick<Base, Names>` and `Omit<Base, Names>` take. */
function partOf(
  heritage: TSInterfaceHeritage,
  module: Module,
  reader: ModuleReader,
): { name: string; keeps: (name: string) => boolean } | null {
  const operator = nameOf(heritage);
  const [base, names] = heritage.typeArguments?.params ?? [];
  if ((operator !== 'Pick' && operator !== 'Omit') || base?.type !== 'TSTypeReference' || names === undefined)
    return null;
  const listed = new Set(literals(names, module, reader));
  const name = base.typeName.type === 'Identifier' ? base.typeName.name : '';
  return { name, keeps: (member) => listed.has(member) === (operator === 'Pick') };
}

/** The texts that a union of literals, or a name of one, stands for. */
function literals(type: TSType, module: Module, reader: ModuleReader): string[] {
  if (type.type === 'TSUnionType') return type.types.flatMap((each) => literals(each, module, reader));
  if (type.type === 'TSLiteralType' && type.literal.type === 'Literal') return [String(type.literal.value)];
  if (type.type !== 'TSTypeReference' || type.typeName.type !== 'Identifier') return [];
  const found = reader.find(module.path, type.typeName.name);
  const node = found?.nodes[0]?.node;
  return found !== null && node?.type === 'TSTypeAliasDeclaration'
    ? literals(node.typeAnnotation, found.module, reader)
    : [];
}
