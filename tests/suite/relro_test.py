"""What the dynamic linker protects when it has bound a program (PT_GNU_RELRO, elf(5)) is there. By some sizes of a program
mold 1.10 names a page between two segments: mprotect(2) says ENOMEM, and the program ends with 127 before its first line.
Usage: relro_test.py BUILD"""

import os
import pathlib
import struct
import sys
import unittest

import driver

BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build-sanitize")
PAGE = 4096
LOAD, RELRO = 1, 0x6474E552
HEADER, OF_PROGRAM = struct.Struct("<16sHHIQQQIHHHHHH"), struct.Struct("<IIQQQQQQ")


def segments(file):
    """(type, address, size in memory) of each segment of an ELF file of 64 bits; nothing of another file."""
    with open(file, "rb") as program:
        start = program.read(HEADER.size)
        if len(start) < HEADER.size or start[:5] != b"\x7fELF\x02":
            return []
        fields = HEADER.unpack(start)
        offset, count = fields[5], fields[10]
        program.seek(offset)
        rows = OF_PROGRAM.iter_unpack(program.read(count * OF_PROGRAM.size))
    return [(kind, address, size) for kind, _flags, _offset, address, _physical, _in_file, size, _align in rows]


def not_there(found):
    """The pages that are to be protected and belong to no segment that is loaded. Rounded as the dynamic linker does it: down
    at both ends."""
    loaded = [(address // PAGE, (address + size - 1) // PAGE) for kind, address, size in found if kind == LOAD and size > 0]
    wanted = [page for kind, address, size in found if kind == RELRO
              for page in range(address // PAGE, (address + size) // PAGE)]
    return [page * PAGE for page in wanted if not any(first <= page <= last for first, last in loaded)]


class Relro(unittest.TestCase):
    def test_a_page_between_two_segments_is_seen(self):
        code, data = (LOAD, 0x7C2D0, 0x34D2C), (LOAD, 0xB2000, 0x1000)
        self.assertEqual(not_there([code, data, (RELRO, 0xB2000, 0x1000)]), [])
        self.assertEqual(not_there([code, data]), [])
        self.assertEqual(not_there([code, data, (RELRO, 0xB1FFC, 0x1004)]), [0xB1000])

    def test_each_program_can_be_bound(self):
        read, wrong = 0, {}
        for folder, _, names in os.walk(BUILD):
            for file in (pathlib.Path(folder, name) for name in names):
                if file.is_symlink() or not os.access(file, os.X_OK):
                    continue
                found = segments(file)
                read += bool(found)
                if pages := not_there(found):
                    wrong[str(file.relative_to(BUILD))] = [hex(page) for page in pages]
        print(f"read {read} programs")
        self.assertGreater(read, 0)
        self.assertEqual(wrong, {})


if __name__ == "__main__":
    driver.main()
