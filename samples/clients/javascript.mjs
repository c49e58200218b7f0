// Publishes a Core as a model, chats with it, and takes the model out of the catalogue again.
// SCAIGRID_HOST, SCAIGRID_API_KEY and CORE_ID say where, who and which.
const coreId = process.env.CORE_ID;

const res = await fetch(`${process.env.SCAIGRID_HOST}/v1/modules/scaicore/cores/${coreId}/publish`, {
  method: "POST",
  headers: {
    "Authorization": `Bearer ${process.env.SCAIGRID_API_KEY}`,
    "Content-Type": "application/json",
  },
  body: JSON.stringify({ group_ids: ["mg_internal_chat", "mg_qa"] }),
});
const { data: core } = await res.json();
console.log(core.metadata.published_slug);

const chat = await fetch(`${process.env.SCAIGRID_HOST}/v1/inference/chat`, {
  method: "POST",
  headers: {
    "Authorization": `Bearer ${process.env.SCAIGRID_API_KEY}`,
    "Content-Type": "application/json",
  },
  body: JSON.stringify({
    model: core.metadata.published_slug,
    messages: [{ role: "user", content: "Please review this expense." }],
  }),
});
const { data: answer } = await chat.json();
console.log(answer.choices[0].message.content);

const end = await fetch(`${process.env.SCAIGRID_HOST}/v1/modules/scaicore/cores/${coreId}/unpublish`, {
  method: "POST",
  headers: { "Authorization": `Bearer ${process.env.SCAIGRID_API_KEY}` },
});
const { data: left } = await end.json();
console.log(left.metadata.published ? "published" : "unpublished");
