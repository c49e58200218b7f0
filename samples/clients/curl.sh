#!/usr/bin/env bash
# Publishes a Core as a model, chats with it, and takes the model out of the catalogue again.
# SCAIGRID_HOST, SCAIGRID_API_KEY and CORE_ID say where, who and which.
set -euo pipefail

curl --fail-with-body -sS -X POST "$SCAIGRID_HOST/v1/modules/scaicore/cores/$CORE_ID/publish" \
  -H "Authorization: Bearer $SCAIGRID_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{ "group_ids": ["mg_internal_chat", "mg_qa"] }'
echo

curl --fail-with-body -sS -X POST "$SCAIGRID_HOST/v1/inference/chat" \
  -H "Authorization: Bearer $SCAIGRID_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "model": "scaicore/acme/approval-agent",
    "messages": [{"role": "user", "content": "Please review this expense."}]
  }'
echo

curl --fail-with-body -sS -X POST "$SCAIGRID_HOST/v1/modules/scaicore/cores/$CORE_ID/unpublish" \
  -H "Authorization: Bearer $SCAIGRID_API_KEY"
echo
