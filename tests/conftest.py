# SPDX-License-Identifier: BSD-3-Clause
"""``--update`` rewrites the expected values."""


def pytest_addoption(parser):
    parser.addoption(
        "--update", action="store_true", help="write the values found as the expected ones"
    )
