"""O template de CloudFormation: o que está escrito, com linhas, e o que cada expressão vale."""
