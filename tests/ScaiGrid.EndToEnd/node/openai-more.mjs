// Uses the rest of OpenAI's surface with its own client for JavaScript: completions, embeddings and responses, whole and streamed.
// OPENAI_BASE_URL and OPENAI_API_KEY are the client's own settings; MODEL, CORE and EMBEDDINGS name the models.
import OpenAI from 'openai';

const client = new OpenAI({ maxRetries: 0 });
const tools = [{ type: 'function', name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } }, strict: false }];

async function completion(model) {
  const { object, choices: [choice], usage } = await client.completions.create({ model, prompt: 'What is it?', max_tokens: 20 });
  return { object, text: choice.text, finish: choice.finish_reason, tokens: usage.total_tokens };
}

async function completionStream(model) {
  let text = '';
  for await (const chunk of await client.completions.create({ model, prompt: 'What is it?', stream: true })) {
    text += chunk.choices[0]?.text ?? '';
  }
  return text;
}

async function embeddings(model) {
  const asNumbers = await client.embeddings.create({ model, input: ['a red house', 'a red car', 'seven'], encoding_format: 'float' });
  const asBase64 = await client.embeddings.create({ model, input: 'a red house' }); // the client asks for base64 by itself
  const [house, car, seven] = asNumbers.data.map((item) => item.embedding);
  const near = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  return {
    count: asNumbers.data.length,
    same: asBase64.data[0].embedding.every((x, i) => Math.abs(x - house[i]) < 1e-6),
    nearer: near(house, car) > near(house, seven),
    tokens: asNumbers.usage.prompt_tokens,
  };
}

async function response(model) {
  const answer = await client.responses.create({ model, instructions: 'Be brief.', input: 'What is it?' });
  return { status: answer.status, text: answer.output_text, tokens: answer.usage.total_tokens };
}

async function responseStream(model) {
  const runner = client.responses.stream({ model, input: [{ role: 'user', content: [{ type: 'input_text', text: 'What is it?' }] }] });
  let text = '';
  runner.on('response.output_text.delta', (event) => { text += event.delta; });
  const final = await runner.finalResponse();
  return { text, same: final.output[0].content[0].text === text, status: final.status };
}

async function responseTools(model) {
  const answer = await client.responses.create({ model, input: 'How is it in Delft?', tools });
  const called = answer.output.filter((item) => item.type === 'function_call').map((item) => [item.name, item.arguments]);
  const streamed = [];
  for await (const event of await client.responses.create({ model, input: 'How is it in Delft?', tools, stream: true })) {
    if (event.type === 'response.output_item.done' && event.item.type === 'function_call') {
      streamed.push([event.item.name, event.item.arguments]);
    }
  }
  return { called, streamed };
}

const errorOf = (promise) => promise.then(() => null, (error) => [error.constructor.name, error.code, error.param]);
const { MODEL, CORE, EMBEDDINGS } = process.env;
console.log(JSON.stringify({
  completion: await completion(MODEL),
  completionStream: await completionStream(MODEL),
  coreCompletion: (await completion(CORE)).text,
  embeddings: await embeddings(EMBEDDINGS),
  response: await response(MODEL),
  responseStream: await responseStream(MODEL),
  coreResponse: await responseStream(CORE),
  tools: await responseTools(MODEL),
  refused: [
    await errorOf(client.responses.create({ model: MODEL, input: 'x', previous_response_id: 'resp_1' })),
    await errorOf(client.embeddings.create({ model: CORE, input: 'x' })),
    await errorOf(client.completions.create({ model: 'no/such', prompt: 'x' })),
  ],
}));
