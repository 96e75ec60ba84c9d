"""Prints how PyYAML's own parser, not libyaml, reads files: a line a value, and where it begins."""
import sys

import yaml


def where(node):
    return "%d:%d" % (node.start_mark.line + 1, node.start_mark.column + 1)


def show(node, depth):
    if node is None:
        return
    place = where(node)
    if isinstance(node, yaml.MappingNode):
        print(depth, place, "mapping")
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                print(depth + 1, where(key), "key", key.value.encode("utf-8").hex())
            else:
                print("refused: a key that is no name")
            show(value, depth + 1)
    elif isinstance(node, yaml.SequenceNode):
        print(depth, place, "list")
        for value in node.value:
            show(value, depth + 1)
    elif not node.value and node.style is None:
        print(depth, "nothing")
    else:
        print(depth, place, "plain" if node.style is None else "quoted",
              node.value.encode("utf-8").hex())


for path in sys.argv[1:]:
    print("file")
    with open(path, "rb") as file:
        data = file.read()
    try:
        show(yaml.compose(data.removeprefix(b"\xef\xbb\xbf"), yaml.BaseLoader), 0)
    except yaml.YAMLError as error:
        print("refused", " ".join(str(error).split()))
