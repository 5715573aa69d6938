#!/usr/bin/env python3
# Writes what parley_add_plugin embeds in a plugin: the manifest and the migrations as one JSON text, and a header with
# what the code needs of them. Says what is wrong with them and fails, so that a mistake is found when building.
#
# SPDX-License-Identifier: BSL-1.0
import argparse
import json
import pathlib
import re
import sys

try:
    import yaml
except ImportError:
    sys.exit("parley: python3-yaml is missing; it reads plugin.yaml")


def fail(sentence):
    sys.exit(f"parley: {sentence}")


class strict_loader(yaml.SafeLoader):
    """YAML without what a manifest has no use for: a key twice, and dates that are no strings."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            name = self.construct_object(key)
            if name in seen:
                place = key.start_mark
                fail(f"{place.name}:{place.line + 1}:{place.column + 1}: \"{name}\" stands twice")
            seen.add(name)
        return super().construct_mapping(node, deep)


strict_loader.add_constructor(
    "tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node)
)


def read_manifest(path):
    text = path.read_text(encoding="utf-8")
    try:
        with path.open(encoding="utf-8") as file:
            manifest = yaml.load(file, strict_loader)
    except yaml.YAMLError as wrong:
        fail(str(wrong))
    if not isinstance(manifest, dict):
        fail(f"{path}: a manifest is an object")
    for key in ("id", "version", "abi", "title", "sentence"):
        if not isinstance(manifest.get(key), str):
            fail(f"{path}: \"{key}\" is missing or no string (numbers such as 1.0 need quotes)")
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,31}", manifest["id"]):
        fail(f"{path}: the id is 2 to 32 of a-z, 0-9 and _, and begins with a letter")
    if not re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", manifest["version"]):
        fail(f"{path}: the version is three numbers, such as 1.0.0")
    return text, manifest


def read_migrations(folder):
    found = {"sqlite": {}, "postgresql": {}}
    for database, files in found.items():
        for path in sorted((folder / database).glob("*.sql")):
            if not re.fullmatch(r"\d{4}_[a-z0-9_]+\.(up|down)\.sql", path.name):
                fail(f"{path}: a migration is named 0001_what_it_does.up.sql or .down.sql")
            files[path.name] = path.read_text(encoding="utf-8")
        numbers = [int(name[:4]) for name in files if name.endswith(".up.sql")]
        if numbers != list(range(1, len(numbers) + 1)):
            fail(f"{folder / database}: migrations are numbered 0001, 0002, ... without holes")
        for name in files:
            other = name.replace(".up.", ".down.") if ".up." in name else name.replace(".down.", ".up.")
            if other not in files:
                fail(f"{folder / database}: {name} has no {other}")
    if set(found["sqlite"]) != set(found["postgresql"]):
        fail(f"{folder}: sqlite/ and postgresql/ do not hold files of the same names")
    return found


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--name", required=True)
    options.add_argument("--manifest", required=True, type=pathlib.Path)
    options.add_argument("--migrations", type=pathlib.Path)
    options.add_argument("--compiler", required=True)
    options.add_argument("--odb", default="")
    options.add_argument("--abi", required=True)
    options.add_argument("--section", required=True, type=pathlib.Path)
    options.add_argument("--header", required=True, type=pathlib.Path)
    given = options.parse_args()

    source, manifest = read_manifest(given.manifest)
    if manifest["id"] != given.name:
        fail(f"{given.manifest}: the id is {manifest['id']}, but the library is named {given.name}")
    migrations = read_migrations(given.migrations) if given.migrations else {"sqlite": {}, "postgresql": {}}
    stores = manifest.get("storage") is True
    if stores != bool(migrations["sqlite"]):
        fail(f"{given.manifest}: `storage: true` and MIGRATIONS go together")

    section = {
        "format": 1,
        "manifest": manifest,
        "source": source,
        "migrations": migrations,
        "built": {"compiler": given.compiler, "odb": given.odb or None, "abi": given.abi},
    }
    given.section.write_text(json.dumps(section, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    given.header.write_text(
        f"// Written from {given.manifest.name}.\n"
        "#pragma once\n"
        f"#define PARLEY_PLUGIN_ID \"{manifest['id']}\"\n"
        f"#define PARLEY_PLUGIN_VERSION \"{manifest['version']}\"\n"
        f"#define PARLEY_PLUGIN_STORES {int(stores)}\n",
        encoding="utf-8",
    )


main()
