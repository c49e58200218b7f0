// Uses the models through two frameworks that people build with: the Vercel AI SDK (chat, completions, responses, embeddings) and LangChain.
// BASE_URL and KEY say where; MODEL and EMBEDDINGS name the models.
import { createOpenAI } from '@ai-sdk/openai';
import { embedMany, generateText, streamText, tool } from 'ai';
import { ChatOpenAI, OpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { z } from 'zod';

const { BASE_URL: baseURL, KEY: apiKey, MODEL, EMBEDDINGS } = process.env;
const provider = createOpenAI({ baseURL, apiKey });
const prompt = 'What is it?';

async function streamed(model) {
  let text = '';
  for await (const part of streamText({ model, prompt, maxRetries: 0 }).textStream) {
    text += part;
  }
  return text;
}

async function vercel() {
  const weather = tool({ inputSchema: z.object({ city: z.string() }), execute: async ({ city }) => `sunny in ${city}` });
  const called = await generateText({ model: provider(MODEL), prompt, tools: { weather }, maxRetries: 0 });
  return {
    responses: (await generateText({ model: provider(MODEL), prompt, maxRetries: 0 })).text,
    responsesStream: await streamed(provider(MODEL)),
    tool: called.toolResults.map((result) => result.output),
    chat: (await generateText({ model: provider.chat(MODEL), prompt, maxRetries: 0 })).text,
    chatStream: await streamed(provider.chat(MODEL)),
    completion: (await generateText({ model: provider.completion(MODEL), prompt, maxRetries: 0 })).text,
    completionStream: await streamed(provider.completion(MODEL)),
    embeddings: (await embedMany({ model: provider.embeddingModel(EMBEDDINGS), values: ['one', 'two'] })).embeddings.map((vector) => vector.length),
  };
}

async function langChain() {
  const settings = { apiKey, maxRetries: 0, configuration: { baseURL } };
  const chat = new ChatOpenAI({ ...settings, model: MODEL });
  const responses = new ChatOpenAI({ ...settings, model: MODEL, useResponsesApi: true });
  let text = '';
  for await (const chunk of await chat.stream(prompt)) {
    text += chunk.content;
  }
  const weather = { type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } } };
  const vectors = await new OpenAIEmbeddings({ ...settings, model: EMBEDDINGS }).embedDocuments(['one', 'two']);
  return {
    chat: (await chat.invoke(prompt)).content,
    stream: text,
    tool: (await chat.bindTools([weather]).invoke(prompt)).tool_calls.map((call) => [call.name, call.args.city]),
    responses: (await responses.invoke(prompt)).text,
    completion: await new OpenAI({ ...settings, model: MODEL }).invoke(prompt),
    embeddings: vectors.map((vector) => vector.length),
  };
}

console.log(JSON.stringify({ vercel: await vercel(), langChain: await langChain() }));
