// `--model <owner>/<name>[@revision]`: the files that Latelight needs of a model on the Hugging Face Hub, downloaded once into the
// cache folder. What and from which commit is decided here; how one file arrives whole, in hub-download.ts.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONFIG_FILES, firstWeights, QUERY_FOLDER, WEIGHT_FILES, type WeightFormat } from '../encoder/model-folder.ts';
import { LatelightError, throwIfAborted } from '../errors.ts';
import { type HubRequest, hubFetch, hubFile } from './hub-download.ts';
import { formatsInUse } from './model.ts';
import { cacheFolder, writeWhole } from './model-cache.ts';
import { progressLines, type StartProgress } from './progress.ts';

/** Who asks for a model, and hears of its download. */
export interface ModelRequest {
  /** Called with lines worth showing. */
  onMessage: (line: string) => void;
  /** Shows how far a large file is; without it, lines say so. */
  startProgress?: StartProgress;
  signal: AbortSignal;
}

interface HubModel {
  owner: string;
  name: string;
  revision: string;
}

/** As the Hub allows them. */
const HUB_ID = /^([\w-][\w.-]*)\/([\w-][\w.-]*)(?:@([\w.\-/]+))?$/;
const COMMIT = /^[0-9a-f]{40}$/;

/**
 * A model folder on this machine: the one given, or the downloaded one of a hub id. `HF_ENDPOINT`, `HF_TOKEN` and `HF_HUB_OFFLINE`
 * mean what they mean to other tools.
 * @throws LatelightError `bad-model` when it is neither; `download-failed`, `hash-mismatch`, `aborted`
 */
export async function resolveModel(
  spec: string,
  asked: ModelRequest,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  if (existsSync(spec)) return spec;
  const match = HUB_ID.exec(spec);
  if (!match) {
    throw new LatelightError(
      'bad-model',
      `model: expected a folder, or owner/name of a model on the Hugging Face Hub, got ${spec}: there is no such folder.`,
    );
  }
  const [, owner, name, revision = 'main'] = match;
  return download({ owner, name, revision }, asked, env);
}

async function download(model: HubModel, asked: ModelRequest, env: NodeJS.ProcessEnv): Promise<string> {
  const known = await knownCommits(model, env);
  const kept = known[model.revision];
  // A commit never changes: what was downloaded of it needs no network.
  if (kept && (COMMIT.test(model.revision) || offline(env))) return commitFolder(model, kept, env);
  const request: HubRequest = { endpoint: endpoint(env), token: env.HF_TOKEN, signal: asked.signal };
  let listing: { commit: string; files: string[] };
  try {
    if (offline(env)) throw new LatelightError('download-failed', 'HF_HUB_OFFLINE is set');
    listing = await listFiles(model, request);
  } catch (cause) {
    throwIfAborted(asked.signal, 'model');
    if (!(cause instanceof LatelightError) || cause.code !== 'download-failed') throw cause;
    if (kept) {
      asked.onMessage(`model: ${cause.message}; using what was downloaded before, commit ${kept.slice(0, 12)}`);
      return commitFolder(model, kept, env);
    }
    throw new LatelightError(
      'download-failed',
      `model: expected a folder or a model that can be downloaded, got ${id(model)}: ${cause.message}. ` +
        'Without a network, download the model elsewhere and give its folder: --model ./folder.',
      { cause },
    );
  }
  const folder = commitFolder(model, listing.commit, env);
  const startProgress: StartProgress = asked.startProgress ?? ((...work) => progressLines(asked.onMessage, ...work));
  for (const file of filesInUse(model, listing.files)) {
    await hubFile(
      request,
      `${id(model)}/resolve/${listing.commit}/${escapePath(file)}`,
      join(folder, file),
      startProgress,
    );
  }
  // Written last: a revision that is known is whole.
  await writeWhole(commitsFile(model, env), JSON.stringify({ ...known, [model.revision]: listing.commit }));
  return folder;
}

async function listFiles(model: HubModel, request: HubRequest): Promise<{ commit: string; files: string[] }> {
  const path = `api/models/${id(model)}/revision/${encodeURIComponent(model.revision)}`;
  const response = await hubFetch(request, path);
  const { sha, siblings } = (await response.json()) as { sha?: unknown; siblings?: { rfilename: string }[] };
  if (typeof sha !== 'string' || !COMMIT.test(sha) || !Array.isArray(siblings)) {
    throw new LatelightError('download-failed', `${request.endpoint} answered ${path} with no commit and files`);
  }
  return { commit: sha, files: siblings.map(({ rfilename }) => rfilename) };
}

/** Of a repository's files those that are opened: config, tokenizer, Dense layers, and the weights in use. */
function filesInUse(model: HubModel, files: string[]): string[] {
  const has = new Set(files);
  const chosen = weightsInUse(has, '');
  if (chosen.length === 0) {
    throw new LatelightError(
      'bad-model',
      `model: expected an ONNX file in ${id(model)} (${Object.values(WEIGHT_FILES).flat().join(', ')}), found none. ` +
        'Export the model with training/export_onnx.py and give the folder.',
    );
  }
  const dense = files.filter((file) => /^\d+_Dense\/(config\.json|model\.safetensors)$/.test(file));
  // An original ColBERT keeps its projection in the checkpoint; an export of Vespa's has it already.
  const projection = has.has('artifact.metadata') && dense.length === 0 && !chosen.includes('vespa_colbert.onnx');
  const checkpoint = projection ? files.filter((file) => file === 'model.safetensors') : [];
  const query = weightsInUse(has, `${QUERY_FOLDER}/`);
  return [...CONFIG_FILES.filter((file) => has.has(file)), ...dense, ...checkpoint, ...chosen, ...query];
}

function weightsInUse(files: Set<string>, folder: string): string[] {
  const weights = firstWeights((file) => files.has(folder + file));
  return formatsInUse(Object.keys(weights) as WeightFormat[], folder !== '').map((format) => folder + weights[format]!);
}

function id({ owner, name }: HubModel): string {
  return `${owner}/${name}`;
}

function endpoint(env: NodeJS.ProcessEnv): string {
  return (env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '');
}

function offline(env: NodeJS.ProcessEnv): boolean {
  return ['1', 'true', 'yes', 'on'].includes((env.HF_HUB_OFFLINE ?? '').toLowerCase());
}

function escapePath(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/');
}

/** The last part is the name that the manifest records. */
function commitFolder({ owner, name }: HubModel, commit: string, env: NodeJS.ProcessEnv): string {
  return join(cacheFolder(env), 'models', owner, `${name}@${commit.slice(0, 12)}`);
}

/** Revision -> commit of everything that was downloaded whole. */
function commitsFile({ owner, name }: HubModel, env: NodeJS.ProcessEnv): string {
  return join(cacheFolder(env), 'models', owner, `${name}.json`);
}

async function knownCommits(model: HubModel, env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  try {
    const known = JSON.parse(await readFile(commitsFile(model, env), 'utf8')) as Record<string, string>;
    return Object.fromEntries(Object.entries(known).filter(([, sha]) => existsSync(commitFolder(model, sha, env))));
  } catch {
    return {}; // nothing was downloaded yet, or the file is damaged: download again
  }
}
