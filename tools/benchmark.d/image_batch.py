"""A batch as a photographer's script runs it: image_batch.py PICTURES.

Every picture is 16-bit RGBA, 1800 x 1200; it is made, corrected, measured and shrunk, and only its
thumbnail is kept. Says how many bytes of thumbnails there are.
"""

import sys

import numpy

WIDTH, HEIGHT, SHRINK = 1800, 1200, 12


def load(number: int) -> numpy.ndarray:
    """What a decoder would hand out, alike in every run."""
    rows = numpy.arange(HEIGHT, dtype=numpy.uint32)[:, None, None]
    columns = numpy.arange(WIDTH, dtype=numpy.uint32)[None, :, None]
    channels = numpy.arange(1, 5, dtype=numpy.uint32)[None, None, :]
    return ((rows * columns * channels + number * 977) & 0xFFFF).astype(numpy.uint16)


def correct(picture: numpy.ndarray) -> numpy.ndarray:
    levels = picture.astype(numpy.float32) / 65535
    return (numpy.sqrt(levels) * 65535).astype(numpy.uint16)


def shrink(picture: numpy.ndarray) -> numpy.ndarray:
    blocks = picture.reshape(HEIGHT // SHRINK, SHRINK, WIDTH // SHRINK, SHRINK, 4)
    return blocks.mean(axis=(1, 3), dtype=numpy.float32).astype(numpy.uint16)


def main() -> None:
    kept = []
    brightness = 0
    for number in range(int(sys.argv[1])):
        picture = correct(load(number))
        brightness += int(picture[..., :3].sum(dtype=numpy.uint64))
        kept.append(shrink(picture))
    print(sum(thumbnail.nbytes for thumbnail in kept), "bytes,", "brightness", brightness)


main()
