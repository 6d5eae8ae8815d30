# SPDX-License-Identifier: BSD-3-Clause
import pytest
from workflow_runs import Workflow


@pytest.fixture(scope="module")
def workflow(tmp_path_factory) -> Workflow:
    return Workflow(tmp_path_factory.mktemp("workflow"))
