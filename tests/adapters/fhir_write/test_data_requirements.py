"""Every element that a pack may read has a FHIR element that a data requirement can name."""

import pytest
from fhir.resources.R4B import get_fhir_model_class

from pactolus_adapters.fhir.write_data_requirements import _carried_in
from pactolus_engine.pack.elements import ELEMENTS


@pytest.mark.parametrize(
    ("resource", "element"),
    [(resource, element) for resource, words in ELEMENTS.items() for element in words],
)
def test_every_element_is_carried_in_an_element_of_its_resource(resource: str, element: str) -> None:
    names = {info.alias for info in get_fhir_model_class(resource).model_fields.values()}
    carried = _carried_in(resource, element)
    assert any(name == carried or name.startswith(carried) for name in names)
