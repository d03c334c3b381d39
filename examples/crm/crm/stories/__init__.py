"""What people and programs do with the CRM, told as short stories that `crm.drive` plays."""
