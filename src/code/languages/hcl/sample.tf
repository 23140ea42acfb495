terraform {
  required_version = ">= 1.5"
  backend "s3" {
    bucket = "state"
  }
}

provider "aws" {
  region = var.region
}

# Where everything is created.
variable "region" {
  type    = string
  default = "eu-central-1"
}

locals {
  name_prefix = "index-${var.region}"
  tags        = { team = "search" }
}

data "aws_ami" "base" {
  most_recent = true
  filter {
    name   = "name"
    values = ["debian-12-*"]
  }
}

/* The server that answers queries. */
resource "aws_instance" "server" {
  ami           = data.aws_ami.base.id
  instance_type = lookup(var.sizes, "server", "t3.small")
  tags          = merge(local.tags, { Name = local.name_prefix })

  lifecycle {
    create_before_destroy = true
  }
}

module "network" {
  source = "./modules/network"
  cidr   = cidrsubnet(var.base_cidr, 8, 1)
}

output "address" {
  value = aws_instance.server.public_ip
}
