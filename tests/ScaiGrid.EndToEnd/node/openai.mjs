// Uses OpenAI's own client for JavaScript and prints what it got as one JSON object.
// OPENAI_BASE_URL and OPENAI_API_KEY are the client's own settings; MODEL and CORE name the models.
import OpenAI from 'openai';

const client = new OpenAI({ maxRetries: 0 });
const messages = [{ role: 'user', content: 'What is it?' }];
const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } } }];

async function chat(model) {
  const { choices: [choice], usage } = await client.chat.completions.create({ model, messages });
  return { text: choice.message.content, finish: choice.finish_reason, tokens: usage.total_tokens };
}

async function stream(model) {
  let text = '';
  let tokens = null;
  for await (const chunk of await client.chat.completions.create({ model, messages, stream: true, stream_options: { include_usage: true } })) {
    text += chunk.choices[0]?.delta.content ?? '';
    tokens = chunk.usage?.total_tokens ?? tokens;
  }
  return { text, tokens };
}

async function toolCall(model) {
  const runner = client.chat.completions.stream({ model, messages, tools });
  const { choices: [{ message }] } = await runner.finalChatCompletion();
  return message.tool_calls.map((call) => [call.function.name, call.function.arguments]);
}

const { MODEL, CORE } = process.env;
console.log(JSON.stringify({
  models: (await client.models.list()).data.map((model) => model.id).toSorted(),
  model: { chat: await chat(MODEL), stream: await stream(MODEL), tools: await toolCall(MODEL) },
  core: { chat: await chat(CORE), stream: await stream(CORE) },
  refused: await client.chat.completions.create({ model: 'no/such', messages }).then(() => null, (error) => [error.constructor.name, error.code]),
}));
