# SPDX-License-Identifier: BSD-3-Clause
"""Layered configuration files, with the memory of which file set which key.

Dictionaries merge, everything else replaces, distributions as a whole, laws and procedures where
their kind changes. A block that names
``from: <file>`` starts afresh from that library file, and its other keys are laid over it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from trial.errors import ConfigError

LIBRARIES = {
    "population": "populations",
    "surfaces": "surfaces",
    "lot": "lots",
    "device": "devices",
    "material": "materials",
}
"""Key of a block that may start from a file, and the folder of configs that holds such files."""


TAGGED = ("law", "hardening", "fatigue", "procedures")
"""Blocks (of procedures: their entries) that are another thing when their ``kind`` is another."""


@dataclass(frozen=True)
class Setting:
    """A value that is not a dictionary, and the file that set it."""

    value: Any
    source: str


Tree = dict[str, "Setting | Tree"]


@dataclass(frozen=True)
class Layer:
    """Content of one file or command line, and the name shown for it."""

    values: Mapping[str, Any]
    source: str


@dataclass
class Overlay:
    """Merges layers, later ones winning.

    Attributes:
        configs: folder that holds the libraries.
    """

    configs: Path
    tree: Tree = field(default_factory=dict)

    def add(self, layer: Layer) -> None:
        """Lay a layer over what is there.

        Raises:
            ConfigError: a library file named by ``from`` does not exist or names itself.
        """
        self._merge(self.tree, layer.values, layer.source)

    def values(self) -> dict[str, Any]:
        """The merged configuration."""
        return _plain(self.tree)

    def settings(self) -> Iterator[tuple[tuple[str, ...], Setting]]:
        """Every leaf with its path."""
        yield from _walk(self.tree, ())

    def source(self, path: tuple[Any, ...]) -> str | None:
        """File that set the key, or the nearest thing to it that a file set."""
        node: Setting | Tree = self.tree
        for part in path:
            if isinstance(node, Setting) or part not in node:
                break
            node = node[part]
        if isinstance(node, Setting):
            return node.source
        sources = {setting.source for _, setting in _walk(node, ())}
        return sources.pop() if len(sources) == 1 else None

    def _merge(self, tree: Tree, values: Mapping[str, Any], source: str, parent: str = "") -> None:
        for key, value in values.items():
            folder = LIBRARIES.get(key)
            if isinstance(value, Mapping):
                if value.get("from") is not None and key in LIBRARIES:
                    tree[key] = self._library_tree(folder, str(value["from"]), source, ())
                branch = tree.get(key)
                tagged = {key, parent} & set(TAGGED) and _kind(branch) != value.get("kind")
                # Parameters of another family must not linger.
                renewed = "distribution" in value or (tagged and "kind" in value)
                if not isinstance(branch, dict) or renewed:
                    branch = tree[key] = {}
                self._merge(branch, value, source, key)
            elif isinstance(value, list) and key in LIBRARIES:
                tree[key] = Setting([self._item(item, folder, source) for item in value], source)
            else:
                tree[key] = Setting(copy.deepcopy(value), source)

    def _item(self, item: Any, folder: str, source: str) -> Any:
        if not isinstance(item, Mapping) or item.get("from") is None:
            return item
        tree = self._library_tree(folder, str(item["from"]), source, ())
        self._merge(tree, item, source)
        return _plain(tree)

    def _library_tree(self, folder: str, name: str, source: str, seen: tuple[str, ...]) -> Tree:
        path = self.configs / folder / f"{name}.yaml"
        if name in seen:
            raise ConfigError(f"{path.name} starts from itself through {' -> '.join(seen)}")
        if not path.is_file():
            known = sorted(p.stem for p in path.parent.glob("*.yaml"))
            raise ConfigError(
                f"from: {name} names no file in configs/{folder} "
                f"(set in {source}; there are: {', '.join(known) or 'none'})"
            )
        content = read_yaml(path)
        base = content.get("from")
        shown = f"configs/{folder}/{path.name}"
        tree: Tree = {}
        if base is not None:
            tree = self._library_tree(folder, str(base), shown, (*seen, name))
        self._merge(tree, content, shown)
        return tree


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Lay changes over a plain dictionary: dictionaries merge, the rest replaces."""
    result = dict(base)
    for key, value in changes.items():
        below = result.get(key)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            result[key] = merged(below, value)
        else:
            result[key] = copy.deepcopy(value)
    return result


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML file that holds a dictionary.

    Raises:
        ConfigError: missing, not YAML, or not a dictionary.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark else ""
        raise ConfigError(
            f"{path} is not YAML{place}: {getattr(error, 'problem', error)}"
        ) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError(f"{path} must hold keys and values, it holds a {type(content).__name__}")
    return content


def _plain(tree: Tree) -> dict[str, Any]:
    return {
        key: copy.deepcopy(node.value) if isinstance(node, Setting) else _plain(node)
        for key, node in tree.items()
    }


def _kind(branch: Setting | Tree | None) -> Any:
    kind = branch.get("kind") if isinstance(branch, dict) else None
    return kind.value if isinstance(kind, Setting) else None


def _walk(tree: Setting | Tree, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Setting]]:
    if isinstance(tree, Setting):
        yield path, tree
        return
    for key, node in tree.items():
        yield from _walk(node, (*path, key))
