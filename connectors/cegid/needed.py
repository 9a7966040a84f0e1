"""What we need a tenant's contract to have: operations and members, by service and type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_ADDRESS = (
    "City",
    "CountryId",
    "CountryIdType",
    "FirstName",
    "LastName",
    "Line1",
    "Line2",
    "Line3",
    "PhoneNumber",
    "Region",
    "ZipCode",
)


@dataclass(frozen=True, slots=True)
class Needed:
    """What is needed of one service."""

    port_type: str
    operations: tuple[str, ...]
    members: Mapping[str, tuple[str, ...]]


CUSTOMERS = Needed(
    port_type="ICustomerWcfService",
    operations=("HelloWorld", "GetCustomerDetail", "SearchCustomerIds", "AddNewCustomer", "UpdateCustomer"),
    members={
        "RetailContext": ("DatabaseId",),
        "CustomerSearchDataType": ("EmailData", "MaxNumberOfCustomers"),
        "EmailDataType": ("Email", "EmailingAccepted"),
        "CustomerQueryData": ("Closed", "CustomerId", "EmailData", "LastDateUpdate"),
        "CustomerInsertData": ("CustomerId",),
        "CustomerInputData": (
            "AddressData",
            "BirthDateData",
            "Closed",
            "CurrencyId",
            "EmailData",
            "FirstName",
            "IsCompany",
            "IsProspect",
            "LastName",
            "OptinEmail",
            "PhoneData",
            "TitleId",
            "UsualStoreId",
        ),
        "AddressDataType": ("AddressLine1", "AddressLine2", "AddressLine3", "City", "CountryId", "ZipCode"),
        "BirthDateDataType": ("BirthDateDay", "BirthDateMonth", "BirthDateYear"),
        "PhoneDataType": ("CellularPhoneNumber", "HomePhoneNumber"),
    },
)

DOCUMENTS = Needed(
    port_type="ISaleDocumentService",
    operations=("HelloWorld", "GetHeaderList", "GetByKey", "GetByReference", "GetByExternalReference", "Create"),
    members={
        "RetailContext": ("DatabaseId",),
        "GetHeaderList_Request": ("BeginDate", "DocumentTypes", "EndDate", "Pager", "StoreIds"),
        "Pager": ("PageIndex", "PageSize"),
        "Get_Header": ("CustomerId", "Date", "InternalReference", "Key", "OmniChannel", "TaxIncludedTotalAmount"),
        "Get_Line": ("ItemReference", "Quantity", "TaxIncludedNetUnitPrice"),
        "Get_Reply": ("Header", "Lines"),
        "SaleDocumentKey": ("Number", "Stump", "Type"),
        "SaleDocumentReference": ("CustomerId", "InternalReference", "Type"),
        "SaleDocumentIdentifier": ("Key", "Reference"),
        "OmniChannel": (
            "BillingStatus",
            "CancelStatus",
            "DeliveryType",
            "FollowUpStatus",
            "GiftMessage",
            "GiftMessageType",
            "OriginalDocument",
            "PaymentStatus",
            "ReturnStatus",
            "ReturnType",
            "ShippingStatus",
            "Tracking",
            "Transporter",
        ),
        "Create_Request": ("DeliveryAddress", "Header", "InvoicingAddress", "Lines", "Payments"),
        "Create_Header": (
            "Active",
            "Comment",
            "CurrencyId",
            "CustomerId",
            "Date",
            "ExternalReference",
            "InternalReference",
            "OmniChannel",
            "Origin",
            "StoreId",
            "TaxExcluded",
            "Type",
            "WarehouseId",
        ),
        "Create_Line": (
            "Comment",
            "DiscountTypeId",
            "ExternalReference",
            "ItemIdentifier",
            "Label",
            "NetUnitPrice",
            "OmniChannel",
            "Origin",
            "Quantity",
            "UnitPrice",
        ),
        "ItemIdentifier": ("Reference",),
        "OmniChannelLine": ("WarehouseId",),
        "Create_Payment": ("Amount", "CurrencyId", "DueDate", "Id", "IsReceivedPayment", "MethodId"),
        "Address": _ADDRESS,
        "GetByExternalReference_Request": ("ExternalReference", "Type"),
        "Create_Reply": ("Key",),
    },
)

SERVICES = {"CustomerWcfService": CUSTOMERS, "SaleDocumentService": DOCUMENTS}
