# Publishes a Core as a model, chats with it, and takes the model out of the catalogue again.
# SCAIGRID_HOST, SCAIGRID_API_KEY and CORE_ID say where, who and which. Needs httpx.
import os

import httpx

core_id = os.environ["CORE_ID"]

core = httpx.post(
    f"{os.environ['SCAIGRID_HOST']}/v1/modules/scaicore/cores/{core_id}/publish",
    headers={"Authorization": f"Bearer {os.environ['SCAIGRID_API_KEY']}"},
    json={"group_ids": ["mg_internal_chat", "mg_qa"]},
).json()["data"]
print(core["metadata"]["published_slug"])

answer = httpx.post(
    f"{os.environ['SCAIGRID_HOST']}/v1/inference/chat",
    headers={"Authorization": f"Bearer {os.environ['SCAIGRID_API_KEY']}"},
    json={
        "model": core["metadata"]["published_slug"],
        "messages": [{"role": "user", "content": "Please review this expense."}],
    },
).json()["data"]
print(answer["choices"][0]["message"]["content"])

core = httpx.post(
    f"{os.environ['SCAIGRID_HOST']}/v1/modules/scaicore/cores/{core_id}/unpublish",
    headers={"Authorization": f"Bearer {os.environ['SCAIGRID_API_KEY']}"},
).json()["data"]
print("published" if core["metadata"].get("published") else "unpublished")
