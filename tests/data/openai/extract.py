#!/usr/bin/env python3
"""Cuts what the tests' stand-in for OpenAI needs out of OpenAI's official API description, which is
https://github.com/openai/openai-openapi (MIT), here version 2.3.0 as JSON:

    ./extract.py openai.json > schemas.json

The requests and answers of the served endpoints are kept, with every schema that they refer to. What only people read
(descriptions, examples) is dropped. `nullable`, which the description uses though JSON Schema has no such word, becomes
the type "null".
"""

import json
import sys

ROOTS = [
    "CreateChatCompletionRequest",
    "CreateChatCompletionResponse",
    "CreateImageRequest",
    "ImagesResponse",
    "ListModelsResponse",
    "ErrorResponse",
]
FOR_PEOPLE = {"description", "title", "example", "examples", "deprecated", "default", "externalDocs", "discriminator"}
# Below these keys stand names of somebody's own choosing, not keywords.
NAMED = {"properties", "patternProperties", "$defs"}
PREFIX = "#/components/schemas/"


def cleaned(node):
    if isinstance(node, list):
        return [cleaned(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {}
    for key, value in node.items():
        if key in FOR_PEOPLE or key == "nullable" or key.startswith("x-"):
            continue
        if key in NAMED:
            kept[key] = {name: cleaned(schema) for name, schema in value.items()}
        elif key in ("enum", "const", "required"):
            kept[key] = value
        else:
            kept[key] = cleaned(value)
    return or_null(kept) if node.get("nullable") is True else kept


def or_null(schema):
    if not isinstance(schema.get("type"), str) or "enum" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}


def references(node, found):
    if isinstance(node, dict):
        target = node.get("$ref")
        if isinstance(target, str):
            found.add(target.removeprefix(PREFIX))
        for value in node.values():
            references(value, found)
    elif isinstance(node, list):
        for item in node:
            references(item, found)
    return found


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        description = json.load(file)
    schemas, kept, wanted = description["components"]["schemas"], {}, list(ROOTS)
    while wanted:
        name = wanted.pop()
        if name not in kept:
            kept[name] = cleaned(schemas[name])
            wanted.extend(references(kept[name], set()))
    cut = {
        "$comment": "Cut by extract.py out of OpenAI's API description, github.com/openai/openai-openapi (MIT), "
        f"version {description['info']['version']}.",
        "components": {"schemas": dict(sorted(kept.items()))},
    }
    json.dump(cut, sys.stdout, indent=1, ensure_ascii=False)
    print()


main()
