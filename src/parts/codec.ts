import type {
  AssistantContent,
  Citation,
  ContentPart,
  FilePart,
  ProviderMetadata,
  TextPart,
  ToolApprovalRequest,
  ToolApprovalResponse,
  ToolCallPart,
  ToolResultPart,
  ToolSet,
  UIMessage,
} from "ai";
import type { Part, PartOf, PartType } from "../validators/content.js";
import type { OpenCall } from "../validators/run.js";
import type { InlineFile } from "./fileData.js";

/** What a model said besides the content of a part, under the two names that the AI SDK has for it. */
export type VendorExtras = { providerMetadata?: ProviderMetadata; providerOptions?: ProviderMetadata };

type AnswerPart = Exclude<AssistantContent, string>[number];
type AnswerOf<T extends AnswerPart["type"]> = Omit<Extract<AnswerPart, { type: T }>, "type"> & VendorExtras;
type Source = Extract<ContentPart<ToolSet>, { type: "source" }>;

/** What the SDK tells an interface of a tool besides its name. */
export type ToolNotes = { title?: string; toolMetadata?: object };

/** What of the AI SDK each kind of part is made from: content of model messages, or of a response told in its words. */
export type EncodedFrom = {
  text: Omit<TextPart, "type"> & VendorExtras & { citations?: Citation[] };
  reasoning: AnswerOf<"reasoning">;
  file: Omit<FilePart, "type"> & VendorExtras;
  reasoningFile: AnswerOf<"reasoning-file">;
  source: Source;
  custom: AnswerOf<"custom">;
  /** `inputText`: the input as the model wrote it, where it is known or no JSON. */
  toolCall: Omit<ToolCallPart, "type"> & VendorExtras & ToolNotes & { dynamic?: boolean; inputText?: string };
  toolResult: Omit<ToolResultPart, "type"> & VendorExtras;
  approvalRequest: Omit<ToolApprovalRequest, "type"> & VendorExtras;
  approvalResponse: Omit<ToolApprovalResponse, "type">;
  data: { name: string; id?: string; data: unknown };
};

/** What may stand in the content of a model message. */
export type ModelPart = AnswerPart | ToolApprovalResponse;

/** What may stand in a message of an interface. */
export type UIPart = UIMessage["parts"][number];

export type EncodeOptions = {
  /** Takes the bytes of a file that stands in the content, and gives the id under which they are kept. */
  storeFile?: (file: InlineFile) => string | undefined;
};

export type ModelOptions = {
  /** Where a model can fetch a stored file; without it the file is only named. */
  fileUrl?: (fileId: string) => string | undefined;
};

/** A question whether a call may run, and its answer. */
export type ShownApproval = { request: PartOf<"approvalRequest">; response?: PartOf<"approvalResponse"> };

/** Where a part is shown. */
export type PartView = {
  messageId: string;
  index: number;
  /** The message is being written; `isLast` is the part that is being written. */
  isStreaming: boolean;
  isLast: boolean;
  /** The result of a call; for a result, whether its call is shown too. */
  result?: PartOf<"toolResult">;
  hasCall?: boolean;
  /** What a call without a result waits for. */
  waiting?: OpenCall;
  /** Of a call that its provider asked about. */
  approval?: ShownApproval;
  /** Where a browser can fetch a stored file. */
  fileUrl?: (fileId: string) => string | undefined;
};

/** How one kind of part is read from the AI SDK and told to it; `null` where a model is not told. */
export type PartCodec<T extends PartType> = {
  /** A part that cannot be kept becomes a text that says so. */
  encode(source: EncodedFrom[T], options: EncodeOptions): Part;
  toModel(part: PartOf<T>, options: ModelOptions): ModelPart | null;
};

/**
 * How one kind of part is shown in an interface; `null` where there is nothing to show. Not in the codec: pages load
 * this alone.
 */
export type ShowPart<T extends PartType> = (part: PartOf<T>, view: PartView) => UIPart | null;
