"""The objects of a made-up company: their columns, and the values that stand in them."""

HISTORY = ("Field", "OldValue", "NewValue", "CreatedById", "CreatedDate", "IsDeleted")
COLUMNS: dict[str, tuple[str, ...]] = {
    "User": ("Id", "Name", "Email", "IsActive", "UserType", "ManagerId", "TimeZoneSidKey"),
    "Lead": (
        "Id", "Name", "Email", "Title", "Company", "Industry", "Phone", "Status",
        "Lost_Reason__c", "OwnerId", "LeadSource", "IsConverted", "ConvertedDate",
        "ConvertedAccountId", "ConvertedContactId", "ConvertedOpportunityId", "MasterRecordId",
        "Referral_Code__c", "HasOptedOutOfEmail", "CreatedById", "CreatedDate", "IsDeleted",
        "Score__c",
    ),
    "LeadHistory": ("Id", "LeadId", *HISTORY),
    "Account": (
        "Id", "Name", "Industry", "Website", "Phone", "NumberOfEmployees", "OwnerId",
        "CreatedDate", "IsDeleted",
    ),
    "AccountHistory": ("Id", "AccountId", *HISTORY),
    "Contact": (
        "Id", "AccountId", "Name", "Email", "Phone", "Title", "OwnerId", "CreatedDate",
        "IsDeleted",
    ),
    "ContactHistory": ("Id", "ContactId", *HISTORY),
    "Opportunity": (
        "Id", "AccountId", "Name", "StageName", "Amount", "CurrencyIsoCode", "CloseDate",
        "IsClosed", "IsWon", "Type", "LeadSource", "Lost_Reason__c", "NextStep", "OwnerId",
        "CreatedById", "CreatedDate", "IsDeleted",
    ),
    "OpportunityHistory": (
        "Id", "OpportunityId", "StageName", "CreatedById", "CreatedDate", "IsDeleted",
    ),
    "OpportunityFieldHistory": ("Id", "OpportunityId", *HISTORY),
    "OpportunityStage": ("ApiName", "SortOrder", "IsActive", "IsClosed", "IsWon"),
    "OpportunityContactRole": (
        "Id", "OpportunityId", "ContactId", "Role", "IsPrimary", "IsDeleted",
    ),
    "Task": (
        "Id", "WhoId", "WhatId", "OwnerId", "CreatedById", "CreatedDate", "Subject", "Type",
        "TaskSubtype", "Status", "IsClosed", "ActivityDate", "CompletedDateTime",
        "CallDisposition", "CallDurationInSeconds", "IsDeleted",
    ),
    "Event": (
        "Id", "WhoId", "WhatId", "OwnerId", "CreatedById", "CreatedDate", "Subject", "Type",
        "StartDateTime", "EndDateTime", "IsChild", "IsDeleted",
    ),
    "EmailMessage": (
        "Id", "RelatedToId", "WhoId", "ActivityId", "Incoming", "MessageDate", "Subject",
        "Status", "CreatedById", "CreatedDate", "IsDeleted",
    ),
    "Campaign": (
        "Id", "Name", "Type", "Status", "ActualCost", "CurrencyIsoCode", "StartDate", "IsDeleted",
    ),
    "CampaignMember": (
        "Id", "CampaignId", "LeadId", "ContactId", "HasResponded", "FirstRespondedDate",
        "CreatedDate", "IsDeleted",
    ),
    "CurrencyType": ("IsoCode", "ConversionRate", "IsCorporate"),
}  # fmt: skip
# Files of other systems: folder and file → columns.
OTHER_COLUMNS: dict[str, tuple[str, ...]] = {
    "referrals/referrers": (
        "referrer_id", "email", "name", "kind", "crm_account_id", "code", "joined_at",
    ),
    "referrals/referrals": (
        "referral_id", "referrer_id", "referee_email", "referee_name", "referee_company",
        "channel", "status", "created_at", "converted_at", "updated_at",
    ),
    "referrals/rewards": (
        "reward_id", "referral_id", "recipient", "kind", "amount", "currency", "status",
        "created_at", "issued_at",
    ),
    "badger/check_ins": (
        "check_in_id", "customer_id", "crm_id", "customer", "log_datetime", "type", "comments",
        "created_by",
    ),
}  # fmt: skip

STAGES = [
    # ApiName, SortOrder, IsActive, IsClosed, IsWon
    ("Prospecting", "1", "true", "false", "false"),
    ("Qualification", "2", "true", "false", "false"),
    ("Old Demo", "3", "false", "false", "false"),
    (" Proposal ", "4", "True", "False", "False"),
    ("Quote", "4", "true", "false", "false"),
    ("Parked", "", "true", "false", "false"),
    ("Gone Quiet", "5", "true", "true", "false"),
    ("Negotiation", "6", "true", "false", "false"),
    ("Legal", "7", "TRUE", "FALSE", "FALSE"),
    ("Closed Won", "8", "true", "true", "true"),
    ("Signed", "", "true", "true", "true"),
    ("Closed Lost", "9", "true", "true", "false"),
]
OPEN_STAGES = [
    "Prospecting", "Prospecting", "Qualification", " Qualification", "Old Demo", "Proposal",
    "Proposal  ", "Quote", "Parked", "Negotiation", "Negotiation", "Legal", "Unheard Of", "", "  ",
]  # fmt: skip
CLOSED_STAGES = ["Closed Won", "Closed Won", "Closed Won ", "Closed Lost", "Signed", "Gone Quiet"]

AMOUNTS = [
    "0.005", "2.675", "-2.675", "-0.005", "-100", "0", "", "", "1000", "1000.00", "2500.5",
    "12345.67", "0.004999999", "2.4425425", "33.335", "99999999.99", "1E+3",
]  # fmt: skip
CURRENCIES = [
    ("USD", "1", "true"),
    ("EUR", "0.9131", "false"),
    ("GBP", "0.75", "false"),
    ("JPY", "151.237", "false"),
    ("XXX", "", "false"),
    ("ZZZ", "0", "false"),
]
CODES = ["USD", "EUR", "EUR", "GBP", "JPY", "XXX", "ZZZ", "ZWL", "", "", " "]
SOURCES = ["Web", "Partner", " Webinar ", "Customer Referral", "Cold Call", "Skywriting", "", " "]
STATUSES = [
    "New", "Working", " Working ", "Qualified", "Sales Qualified", "Closed - Converted", "Lost",
    "Unqualified", "Recycled", "", " ",
]  # fmt: skip
TYPES = ["New Business", "New Business", "Existing Business", "Renewal", ""]
REASONS = [
    "No budget", "No decision", " Bad timing ", "Price", "No response", "Chose competitor",
    "Somebody's own words", "", " ", "Duplicate", " Spam", "no budget", "duplicate",
]  # fmt: skip
TITLES = [
    "CEO", "ceo", "Vice-President, Sales", "VP-Sales", "Head of IT", "Директор по продажам",
    "ВЛАДЕЛЕЦ", "coo/cfo", "CTO_EMEA", "Headhunter", "Codirector", "VPs", "CEO2", "Содиректор",
    "директора", "Clerk", "", " ", "Chief's assistant", "EMEA_CTO",
]  # fmt: skip
ROLES = [
    "Decision Maker", " Executive Sponsor ", "Economic Decision Maker", "decision maker",
    "Evaluator", "", "Decision Makers",
]  # fmt: skip
