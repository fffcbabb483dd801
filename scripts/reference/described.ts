// What the reference says of one public name: its kind, its signatures, its docblock, its members. Private members
// are left out, and what an interface takes over from interfaces that are not public is put into it.

import type { ClassElement, Declaration, TSSignature, TSType } from 'oxc-parser';
import { hasMembers, inherited, shownBases } from './inherited.ts';
import type { IsPublic, WithMembers } from './inherited.ts';
import { noDocblock, parseDocblock } from './docblock.ts';
import type { Docblock } from './docblock.ts';
import type { Found, Module, ModuleReader } from './module-reader.ts';

export type Kind = 'function' | 'class' | 'interface' | 'type' | 'constant';

export interface Member {
  /** Empty for what has none, such as an index signature. */
  readonly name: string;
  readonly isMethod: boolean;
  readonly isOptional: boolean;
  readonly isProtected: boolean;
  /** As it is written, without docblock. */
  readonly signature: string;
  /** The type of a property; empty for a method. */
  readonly type: string;
  readonly doc: Docblock;
}

export interface Described {
  readonly name: string;
  readonly kind: Kind;
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** Whole declarations, without the bodies of classes and interfaces. */
  readonly signatures: readonly string[];
  readonly doc: Docblock;
  readonly members: readonly Member[];
}

type MemberNode = ClassElement | TSSignature;

/** Puts together what is said of a name. */
export function describe(found: Found, reader: ModuleReader, isPublic: IsPublic): Described {
  const { module, name, nodes } = found;
  const [first] = nodes;
  if (first === undefined) throw new Error(`${module.path} does not declare ${name}`);
  // What is protected concerns those who derive from a class, and it is abstract ones that are made for that.
  const isAbstract = first.node.type === 'ClassDeclaration' && first.node.abstract === true;
  const isUsable = (member: Member): boolean => isAbstract || !member.isProtected;
  const docs = nodes.map(({ start }) => docblockBefore(module, start));
  return {
    name,
    kind: kindOf(first.node),
    path: module.path,
    line: module.text.slice(0, first.start).split('\n').length,
    signatures: nodes.map(({ node }) => headOf(module, node, reader, isPublic)),
    doc: docs.find((doc) => doc !== noDocblock) ?? noDocblock,
    members: hasMembers(first.node) ? membersOf(module, first.node, reader, isPublic).filter(isUsable) : [],
  };
}

function kindOf(node: Declaration): Kind {
  if (node.type === 'ClassDeclaration') return 'class';
  if (node.type === 'TSInterfaceDeclaration') return 'interface';
  if (node.type === 'TSTypeAliasDeclaration') return 'type';
  return node.type === 'VariableDeclaration' ? 'constant' : 'function';
}

/** The docblock that ends right before a position. */
function docblockBefore(module: Module, start: number): Docblock {
  const comment = module.comments.findLast(
    ({ type, end, value }) =>
      type === 'Block' && value.startsWith('*') && end <= start && module.text.slice(end, start).trim() === '',
  );
  return comment === undefined ? noDocblock : parseDocblock(comment.value);
}

function headOf(module: Module, node: Declaration, reader: ModuleReader, isPublic: IsPublic): string {
  const { text } = module;
  if (!hasMembers(node))
    return text
      .slice(node.start, bodyStart(node))
      .replace(/^declare /, '')
      .replace(/;$/, '')
      .trim();
  const head = text.slice(node.start, (node.typeParameters ?? node.id ?? node).end).replace(/^declare /, '');
  const bases = shownBases(module, node, reader, isPublic);
  const promised = node.type === 'ClassDeclaration' ? (node.implements ?? []) : [];
  const isNamed = bases.length > 0 ? ` extends ${bases.join(', ')}` : '';
  const keeps = promised.map(({ start, end }) => text.slice(start, end)).join(', ');
  return `${head}${isNamed}${keeps === '' ? '' : ` implements ${keeps}`}`;
}

/** Where a function of a source has its body; declarations have none. */
function bodyStart(node: Declaration): number {
  return node.type === 'FunctionDeclaration' && node.body !== null ? node.body.start : node.end;
}

function membersOf(module: Module, node: WithMembers, reader: ModuleReader, isPublic: IsPublic): Member[] {
  const own = node.body.body.filter(isShown).map((member) => memberOf(module, member));
  const names = new Set(own.map(({ name }) => name));
  const taken = inherited(module, node, reader, isPublic).flatMap(({ from, base, keeps }) =>
    membersOf(from, base, reader, isPublic).filter(({ name }) => keeps(name) && !names.has(name)),
  );
  return [...own, ...taken];
}

function isShown(member: MemberNode): boolean {
  if ('accessibility' in member && member.accessibility === 'private') return false;
  return !('key' in member) || member.key.type !== 'PrivateIdentifier';
}

function memberOf(module: Module, member: MemberNode): Member {
  const { text } = module;
  const typed = 'typeAnnotation' in member ? member.typeAnnotation : null;
  // Also of abstract ones; what is got and set is told as a property.
  const isMethod = 'kind' in member && (member.kind === 'method' || member.kind === 'constructor');
  const isOptional = 'optional' in member && member.optional;
  return {
    name: 'key' in member ? text.slice(member.key.start, member.key.end) : '',
    isMethod,
    isProtected: 'accessibility' in member && member.accessibility === 'protected',
    isOptional,
    signature: text.slice(member.start, member.end).replace(/[;,]$/, ''),
    type: typed === null || typed === undefined ? '' : typeText(module, typed.typeAnnotation, isOptional),
    doc: docblockBefore(module, member.start),
  };
}

/** All optional members take undefined, which means that they are not given: it need not be read in each row. */
function typeText({ text }: Module, type: TSType, isOptional: boolean): string {
  const kept = (each: TSType): boolean => !isOptional || each.type !== 'TSUndefinedKeyword';
  if (type.type !== 'TSUnionType' || type.types.every(kept)) return text.slice(type.start, type.end);
  const [first, ...others] = type.types.filter(kept);
  if (first?.type === 'TSParenthesizedType' && others.length === 0)
    return text.slice(first.typeAnnotation.start, first.typeAnnotation.end);
  return text.slice(first?.start, (others.at(-1) ?? first)?.end);
}
