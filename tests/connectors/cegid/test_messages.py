from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree
from zeep.xsd import Schema

from connectors.cegid.message import DisobeysError, Shape, envelope

SCHEMA = """
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t"
 elementFormDefault="qualified">
  <xs:complexType name="Below">
    <xs:sequence><xs:element name="Zone" type="xs:string" minOccurs="0"/></xs:sequence>
  </xs:complexType>
  <xs:complexType name="Sale">
    <xs:complexContent><xs:extension base="t:Below"><xs:sequence>
      <xs:element name="Active" type="xs:boolean" minOccurs="0" nillable="true"/>
      <xs:element name="Amount" type="xs:decimal" minOccurs="0"/>
      <xs:element name="Inner" type="t:Sale" minOccurs="0" maxOccurs="unbounded"/>
      <xs:element name="Needed" type="xs:string" nillable="true"/>
    </xs:sequence></xs:extension></xs:complexContent>
  </xs:complexType>
  <xs:element name="Sale" type="t:Sale"/>
</xs:schema>
"""


def written(value: Mapping[str, Any]) -> str:
    element = Schema(etree.fromstring(SCHEMA)).get_element("{urn:t}Sale")  # type: ignore[no-untyped-call]
    said = etree.tostring(Shape(element).written(value), encoding="unicode")
    etree.XMLSchema(etree.fromstring(SCHEMA)).assertValid(etree.fromstring(said))
    return said.partition(">")[2].replace("ns0:", "").rpartition("</")[0]


def test_members_come_in_the_order_of_the_schema_those_of_the_base_first() -> None:
    said = written({"Needed": "n", "Amount": Decimal("1E+2"), "Active": False, "Zone": "z"})
    assert said == "<Zone>z</Zone><Active>false</Active><Amount>100</Amount><Needed>n</Needed>"


def test_what_is_none_is_left_out_unless_the_schema_wants_it_said() -> None:
    said = written({"Zone": None, "Active": None, "Needed": None})
    assert said == '<Needed xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>'


def test_a_list_is_as_many_elements_and_an_empty_text_is_said() -> None:
    said = written({"Inner": [{"Needed": ""}, {"Needed": "a & b"}], "Needed": ""})
    inner = "<Inner><Needed></Needed></Inner><Inner><Needed>a &amp; b</Needed></Inner>"
    assert said == f"{inner}<Needed></Needed>"


def test_members_that_the_schema_does_not_know_are_named() -> None:
    with pytest.raises(DisobeysError, match="Inner has no Another, Other"):
        written({"Inner": [{"Other": 1, "Another": 2}]})


def test_a_message_is_an_envelope_with_nothing_but_its_body() -> None:
    told = etree.fromstring(envelope(etree.Element("{urn:t}Sale")))
    assert [each.tag.rpartition("}")[2] for each in told.iter()] == ["Envelope", "Body", "Sale"]
